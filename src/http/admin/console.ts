import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import {
  closeConsoleSession,
  createConsoleLink,
  listConsoleSessions,
  openConsoleSession,
  revokeConsoleSession,
  showConsoleSession,
} from "../../contract/console.ts";
import type { consoleSessionView, currentSessionView } from "../../contract/console.ts";
import { endOf } from "../../domain/access/console-session.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { ConsoleSessions, SignedIn } from "../console/console-sessions.ts";
import { foreignFault } from "../console/foreign-fault.ts";
import { rememberSessions } from "../console/identify-session.ts";
import { sessionTokenIn, signedInCookie, signedOutCookie } from "../console/session-cookie.ts";
import { SignInBrake } from "../console/sign-in-brake.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { readJsonBody, parseInput, serveRoute } from "./serve-route.ts";

type CurrentView = z.input<typeof currentSessionView>;

/** Signing in to the console and out again, who is signed in, and one-time links. */
export function consoleAccess(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, sessions } = admin;
  rememberSessions(app, sessions);
  const currentOf = (signedIn: SignedIn): CurrentView => ({
    ...viewOf(signedIn),
    version: admin.version,
    environment: gateway.environments.own,
  });
  const brake = new SignInBrake(gateway.clock);
  app.post(openConsoleSession.path, async (request, reply) => {
    const signedIn = await signIn({ sessions, brake }, request, reply);
    return currentOf(signedIn);
  });
  app.delete(closeConsoleSession.path, async (request, reply) => {
    const reason = foreignFault(request);
    if (reason !== null) throw new RollwardError("foreign_request", { reason });
    await closeSessionOf(sessions, request);
    reply.header("set-cookie", signedOutCookie(request));
    return { closed: true };
  });
  serveRoute(app, { gateway, route: showConsoleSession }, ({ signedIn }) => currentOf(orEnded(signedIn)));
  serveRoute(app, { gateway, route: listConsoleSessions }, async () => ({ data: (await sessions.list()).map(viewOf) }));
  serveRoute(app, { gateway, route: revokeConsoleSession }, async ({ params }) => {
    if (!(await sessions.close(params.session))) throw new RollwardError("signed_out");
    return { closed: true as const };
  });
  serveRoute(app, { gateway, route: createConsoleLink }, async ({ key }) => {
    if (key === null) throw new RollwardError("signed_out");
    const { link, expiresAt } = await sessions.makeLink(key.id);
    return { link, expires_at: instantOf(expiresAt) };
  });
}

/** A key or a link with its name around it: nobody who is not known has more than that read. */
const MOST_BODY_BYTES = 4_096;

interface SignInTerms {
  readonly sessions: ConsoleSessions;
  readonly brake: SignInBrake;
}

/** A new session, and the end of the one that the request came with: a token is never gone on with. */
async function signIn(
  { sessions, brake }: SignInTerms,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedIn> {
  const reason = foreignFault(request);
  if (reason !== null) throw new RollwardError("foreign_request", { reason });
  if (Buffer.isBuffer(request.body) && request.body.length > MOST_BODY_BYTES) {
    throw new RollwardError("body_too_large", { limitBytes: MOST_BODY_BYTES });
  }
  const body = parseInput(openConsoleSession.body, readJsonBody(request).value) as z.output<
    typeof openConsoleSession.body
  >;
  const waitMs = brake.waitMs(request.ip);
  // Behind a proxy all people come from one address: whoever tries keys there must not keep out those who have one.
  if (waitMs > 0 && !("key" in body && sessions.isGood(body.key))) {
    reply.header("retry-after", String(Math.ceil(waitMs / 1_000)));
    throw new RollwardError("sign_in_limited");
  }
  try {
    const opened = await ("key" in body ? sessions.openByKey(body.key) : sessions.openByLink(body.link));
    await closeSessionOf(sessions, request);
    reply.header("set-cookie", signedInCookie(request, opened.token));
    return opened;
  } catch (error) {
    brake.failed(request.ip);
    throw error;
  }
}

async function closeSessionOf(sessions: ConsoleSessions, request: FastifyRequest): Promise<void> {
  const token = sessionTokenIn(request);
  const before = token === null ? null : await sessions.identify(token);
  if (before !== null) await sessions.close(before.session.id);
}

function orEnded(signedIn: SignedIn | null): SignedIn {
  if (signedIn === null) throw new RollwardError("signed_out");
  return signedIn;
}

function viewOf({ session, key }: SignedIn): z.input<typeof consoleSessionView> {
  return {
    id: session.id,
    key: {
      id: key.id,
      prefix: keyPrefix(key.id),
      name: key.name,
      scopes: [...key.scopes],
      roles: [...(key.roles ?? [])],
      environment: key.environment ?? null,
    },
    created_at: instantOf(session.createdAt),
    last_used_at: instantOf(session.lastUsedAt),
    expires_at: instantOf(endOf(session)),
  };
}
