import { z } from "zod";
import { callQuery } from "./call-query.ts";
import { callLine } from "./calls.ts";
import { feedbackView } from "./feedback.ts";
import { idOf, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** A session with what its calls came to. */
const sessionLine = z.object({
  session: z.string(),
  calls: z.number().int(),
  failed: z.number().int(),
  first_at: instant,
  last_at: instant,
  cost_usd: z.number().describe("to the millionth of a dollar, each call cut to whole ones"),
  tokens: z.number().int(),
  last: callLine.describe("its newest call that meets the search"),
});

export const listSessions = defineRoute({
  method: "GET",
  path: "/api/sessions",
  perEnvironment: true,
  summary: "Sessions that have a call of a search, by their newest one",
  query: callQuery.extend({
    after: idOf("call").optional().describe("`next` of the page before"),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  answer: z.object({ data: z.array(sessionLine), next: z.string().nullable(), behind: z.number().int() }),
});

export const showSession = defineRoute({
  method: "GET",
  path: "/api/session",
  perEnvironment: true,
  summary: "One session: its calls in order, oldest first",
  query: z.strictObject({
    session: z.string().min(1).max(256),
    after: idOf("call").optional(),
    limit: z.coerce.number().int().min(1).max(200).default(100),
  }),
  answer: z.object({
    session: z.string(),
    total: sessionLine.omit({ last: true, session: true }).nullable().describe("null for a session that is not known"),
    users: z.array(z.string()),
    arms: z.array(z.object({ arm: z.string(), release: z.string(), calls: z.number().int() })),
    calls: z.array(callLine),
    feedback: z.array(feedbackView).describe("what was said of the session and its calls, newest first; at most 100"),
  }),
});
