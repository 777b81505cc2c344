import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Key } from "../../domain/access/key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { Reply } from "../../ports/reply.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import type { WithHeaders } from "../header-of.ts";
import { goneFrom } from "../gone-signal.ts";
import { createRawReply } from "../raw-reply.ts";

/** A request for a call, whichever way it was read. */
export interface CallRequest extends WithHeaders {
  readonly body: Buffer;
  readonly key: Key;
  /** Takes the answer over, once: what goes wrong from here on is told by the call itself. */
  readonly reply: () => Reply;
  /** Makes a signal that is told when the client leaves before `reply` is taken. */
  readonly gone: () => AbortSignal;
}

/** An address that calls are posted to. */
export interface CallRoute {
  readonly path: string;
  /** Looks at the head before a byte of the body is read; throws what is wrong with it. */
  readonly check?: (head: WithHeaders) => void;
  /** Resolves when the call is answered. Rejects only with what went wrong before `reply` was taken. */
  readonly serve: (request: CallRequest) => Promise<void>;
}

/** Serves an address through Fastify. `stallMs` is how long a client may take nothing of a stream. */
export function callRoute(
  app: FastifyInstance,
  route: CallRoute,
  { gateway, stallMs }: { readonly gateway: Gateway; readonly stallMs: number },
): void {
  const { check } = route;
  const hooks = [identifyCaller(gateway), ...(check === undefined ? [] : [hookOf(check)])];
  app.post(route.path, { onRequest: hooks }, (request, reply) => route.serve(callRequestOf(request, reply, stallMs)));
}

/** A request for a call as Fastify has read it. */
export const callRequestOf = (request: FastifyRequest, reply: FastifyReply, stallMs: number): CallRequest => ({
  headers: request.headers,
  body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  key: callerOf(request),
  reply() {
    reply.hijack();
    return createRawReply(request.raw, reply.raw, stallMs);
  },
  gone: () => goneFrom(reply.raw),
});

/** A check of the head as an `onRequest` hook. */
export const hookOf =
  (check: (head: WithHeaders) => void) =>
  (request: WithHeaders, _reply: unknown, done: (fault?: Error) => void): void => {
    try {
      check(request);
    } catch (error) {
      done(RollwardError.from(error));
      return;
    }
    done();
  };
