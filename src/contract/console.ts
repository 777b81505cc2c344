import { z } from "zod";
import { instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Who is signed in to the console, and what the console needs to know before its first page. */
export const consoleSessionView = z.object({
  id: z.string().describe("names the session; it cannot be used to sign in"),
  key: z.object({
    id: z.string(),
    prefix: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    roles: z.array(z.string()),
    environment: z.string().nullable().describe("the only environment the key may see; null where it may see all"),
  }),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant.describe("when it ends at the latest; it ends earlier when it is not used"),
});

/** The session that a request carries, and the server that it is with. */
export const currentSessionView = consoleSessionView.extend({
  version: z.string(),
  environment: z.string().describe("the server's own environment"),
});

export const openConsoleSession = defineRoute({
  method: "POST",
  path: "/api/console/sessions",
  access: "open",
  summary: "Signs in to the console with a key or a one-time link; the answer sets a cookie",
  body: z.union([
    z.strictObject({ key: z.string().min(1).max(500).describe("a key with the scope admin, or with a role") }),
    z.strictObject({
      link: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "is no link of this server")
        .describe("of a one-time link"),
    }),
  ]),
  answer: currentSessionView,
});

export const showConsoleSession = defineRoute({
  method: "GET",
  path: "/api/console/session",
  access: "approver",
  perEnvironment: true,
  summary: "Who is signed in",
  answer: currentSessionView,
});

export const closeConsoleSession = defineRoute({
  method: "DELETE",
  path: "/api/console/session",
  access: "approver",
  summary: "Signs out: the session of the request ends",
  answer: z.object({ closed: z.literal(true) }),
});

export const listConsoleSessions = defineRoute({
  method: "GET",
  path: "/api/console/sessions",
  summary: "Who is signed in to the console, newest first",
  answer: z.object({ data: z.array(consoleSessionView) }),
});

export const revokeConsoleSession = defineRoute({
  method: "DELETE",
  path: "/api/console/sessions/{session}",
  summary: "Ends somebody's session of the console",
  params: z.strictObject({
    session: z.string().regex(/^cse_[0-9a-z]{26}$/, "is no id of a console session: those look like cse_01h…"),
  }),
  answer: z.object({ closed: z.literal(true) }),
});

export const createConsoleLink = defineRoute({
  method: "POST",
  path: "/api/console/links",
  perEnvironment: true,
  summary: "Makes a link that signs in to the console once, within ten minutes, as the key that asks",
  body: z.strictObject({}),
  answer: z.object({
    link: z.string().describe("append it to the server's address: <address>/#signin=<link>"),
    expires_at: instant,
  }),
});

/** What `GET /api/live` tells of. */
export const LIVE_TOPICS = ["rollouts", "routes", "alerts", "incidents", "changes", "calls"] as const;

/** The stream of the console. Its answer is `text/event-stream`; each event's data is one `liveMessage`. */
export const liveMessage = z.object({
  topic: z.enum(LIVE_TOPICS),
  data: z.unknown().optional().describe("what happened, where the topic says more than that something did"),
  dropped: z.number().int().optional().describe("messages that were left out before this one: read again"),
});

export const followLive = defineRoute({
  method: "GET",
  path: "/api/live",
  access: "approver",
  summary: "Server-sent events: says in which topics something happened, so that what is shown can be read again",
  query: z.strictObject({
    topics: z
      .string()
      .max(200)
      .optional()
      .describe(`comma between them; absent is all but calls. Topics: ${LIVE_TOPICS.join(", ")}`),
    calls: z
      .string()
      .max(4_000)
      .optional()
      .describe(
        "which calls are told of: a query as that of `GET /api/calls`, encoded; words and feedback are not looked at",
      ),
  }),
  answer: liveMessage,
});
