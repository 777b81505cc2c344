import type { FastifyInstance, FastifyRequest } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import { identifyCaller } from "../caller.ts";
import type { CallerTerms } from "../caller.ts";
import type { ConsoleSessions, SignedIn } from "./console-sessions.ts";
import { foreignFault } from "./foreign-fault.ts";
import { sessionTokenIn } from "./session-cookie.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The console's session that the request came with; `null` where it came with a key. */
    signedIn: SignedIn | null;
  }
  interface FastifyInstance {
    /** Who is signed in to the console; absent where there is none. */
    consoleSessions?: ConsoleSessions;
  }
}

/** Lets the addresses of the admin API take the console's sessions as well as keys; once per app, before its routes. */
export function rememberSessions(app: FastifyInstance, sessions: ConsoleSessions): void {
  app.decorate("consoleSessions", sessions);
  app.decorateRequest("signedIn", null);
}

/**
 * An `onRequest` hook: finds out who asks, by a key in the head or by the cookie of the console. With a cookie the
 * request must have been made by the console's own page; a key in the head needs no such proof, because no page of
 * another origin has one.
 */
export function identifyPerson(terms: CallerTerms) {
  const byKey = identifyCaller(terms);
  return async (request: FastifyRequest, reply: unknown): Promise<void> => {
    const { authorization, cookie } = request.headers;
    const sessions = request.server.consoleSessions;
    const hasKey = authorization !== undefined || request.headers["x-api-key"] !== undefined;
    const token = hasKey || cookie === undefined || sessions === undefined ? null : sessionTokenIn(request);
    if (token !== null && sessions !== undefined) {
      await identifyBySession(sessions, request, token);
      return;
    }
    let fault: Error | undefined;
    byKey(request, reply, (found) => (fault = found));
    const said = notSignedIn(request, fault);
    if (said !== undefined) throw said;
  };
}

/** The console's own page that has no session is told to sign in, not to send a header. */
function notSignedIn({ headers }: FastifyRequest, fault: Error | undefined): Error | undefined {
  const isPage = headers["x-rollward-console"] !== undefined;
  return isPage && fault instanceof RollwardError && fault.code === "key_missing"
    ? new RollwardError("signed_out")
    : fault;
}

async function identifyBySession(sessions: ConsoleSessions, request: FastifyRequest, token: string): Promise<void> {
  const reason = foreignFault(request);
  if (reason !== null) throw new RollwardError("foreign_request", { reason });
  const signedIn = await sessions.identify(token);
  if (signedIn === null) throw new RollwardError("signed_out");
  request.signedIn = signedIn;
  request.caller = signedIn.key;
}
