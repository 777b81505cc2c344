import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Key } from "../domain/access/key.ts";
import { RollwardError } from "../domain/errors.ts";
import { identifyKey } from "../gateway/authenticate.ts";
import type { Gateway } from "../gateway/gateway.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose key the request carries; set by `identifyCaller`. */
    caller: Key | null;
  }
}

/** What identifying takes. */
export type CallerTerms = Pick<Gateway, "keys" | "clock">;

/** Gives every request a place for its caller; once per app, before its routes. */
export const rememberCallers = (app: FastifyInstance): void => void app.decorateRequest("caller", null);

/**
 * An `onRequest` hook: finds out whose key a request carries from its head alone, before a byte of the body is read.
 * Fails with one of the errors of status 401.
 */
export function identifyCaller(terms: CallerTerms) {
  return (request: FastifyRequest, _reply: unknown, done: (fault?: Error) => void): void => {
    try {
      request.caller = identifyKey(terms, credentialOf(request), terms.clock.now());
    } catch (error) {
      done(RollwardError.from(error));
      return;
    }
    done();
  };
}

/** The key of an identified request; that there is none is a fault of ours. */
export function callerOf({ caller }: FastifyRequest): Key {
  if (caller === null) throw new Error("A route reads its caller without identifying it.");
  return caller;
}

/** The presented key: `Authorization: Bearer …`, or `x-api-key` as some clients send it. */
function credentialOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return headerOf(request, "x-api-key");
  const [scheme = "", token = "", ...rest] = authorization.split(" ");
  if (scheme.toLowerCase() !== "bearer" || rest.length > 0) return authorization;
  return token === "" ? null : token;
}

/** A header that came once; `null` when there is none. */
export function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
