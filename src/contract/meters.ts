import { z } from "zod";
import { instant, limit, pico, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";

const per = z.enum(["environment", "tenant", "key", "user", "endpoint", "model"]);

const filter = z.object({
  tenants: z.array(z.string()).optional(),
  keys: z.array(z.string()).optional(),
  endpoints: z.array(z.string()).optional(),
  models: z.array(z.string()).optional(),
});

const rate = z.object({
  amount: z.number().int(),
  window_seconds: z.number(),
  burst: z.number().int(),
});

/** One limit as configured. */
export const limitView = z.object({
  name: z.string(),
  per,
  only: filter,
  requests: rate.nullable(),
  tokens: rate.nullable(),
  concurrent: z.number().int().nullable(),
});

/** One budget of one subject in the window that runs now. */
export const budgetView = z.object({
  budget: z.string(),
  per: per.nullable().describe("null for a budget that is no longer configured"),
  window: z.enum(["hour", "day", "month", "total"]).nullable(),
  subject: z.string().describe("whose calls are counted; empty where nobody has used the budget yet"),
  ends_at: instant.nullable(),
  limit_pico: pico,
  spent_pico: pico.describe("what calls have cost"),
  held_pico: pico.describe(
    "set aside by servers: calls under way, what they hold ahead, and what a server held when it was killed",
  ),
  expected_pico: pico
    .nullable()
    .describe(
      "what the day or month is expected to come to, by the pace of the last four weeks; null for other windows, before a full day was seen, and where hours of spend do not tell whose it is",
    ),
  held_by_dead_pico: pico.describe("what of that is held by servers that no longer live"),
});

/** Those who wait for one limit. */
export const waitingLine = z.object({
  limit: z.string().describe("the name of the limit, `provider/model` for a provider's own, or `budget:<name>`"),
  calls: z.number().int(),
  oldest_wait_ms: z.number(),
  estimated_wait_ms: z
    .number()
    .nullable()
    .describe(
      "how long a call of the last class would wait that came now; null where nobody can say: for a budget, and for a cap on calls under way before any place became free since the line began",
    ),
});

/** A limit of a provider as it was learnt. */
export const learnedLimitView = z.object({
  provider: z.string(),
  model: z.string(),
  key: z.number().int().describe("number of the provider's key, from 0"),
  limit: z.string().describe("as the provider calls it"),
  size: z.number().nullable(),
  left: z.number().describe("what is left as far as is known, without what calls under way take"),
  reset_ms: z.number().describe("until it is full again; 0 when nothing is known any more"),
  rests_ms: z.number().describe("how long the key is left alone after a 429"),
});

/** How loaded a server is, and whom it refuses for it. */
export const overloadView = z.object({
  delay_ms: z.number().describe("how late the process was with its own work, at its best of the last half second"),
  bytes: z.number().int().describe("bytes of the requests under way"),
  strain: z.number().describe("1 is the first threshold, from where on the last class is refused"),
  refused: z.number().int().describe("calls refused since the start"),
  refused_by_class: z.array(z.number().int()).describe("the same by the position of their class"),
});

export const listLimits = defineRoute({
  method: "GET",
  path: "/api/limits",
  perEnvironment: true,
  summary: "The limits in force, and how this server counts them",
  answer: z.object({
    data: z.array(limitView),
    subjects: z.number().int().describe("subjects that this server keeps in mind"),
    refused: z.number().int().describe("calls that a configured limit has refused on this server, each once"),
    refused_by_budgets: z.number().int().describe("calls that a budget has refused on this server"),
    refused_by: z
      .array(z.object({ type: z.enum(["limit", "budget"]), name: z.string(), calls: z.number().int() }))
      .describe("both by the name of the limit or budget, the most first"),
    shared: z.boolean().describe("whether limits are shared with other servers through Valkey at the moment"),
    queue: z.object({
      calls: z.number().int().describe("calls that wait on this server"),
      oldest_wait_ms: z.number(),
      lines: z.array(waitingLine),
      allowed: z
        .object({ calls: z.number().int(), wait_ms: z.number() })
        .nullable()
        .describe("how many calls may wait, and how long; null where none may"),
      turned_away: z.number().int().describe("calls that found no place in a line of this server, or waited in vain"),
    }),
    learned: z.array(learnedLimitView).describe("limits of providers, as this server knows them"),
    overload: overloadView,
  }),
});

export const listBudgets = defineRoute({
  method: "GET",
  path: "/api/budgets",
  perEnvironment: true,
  summary: "What was spent of each budget in its window, the most used first",
  query: z.strictObject({ budget: z.string().max(63).optional(), limit }),
  answer: z.object({ data: z.array(budgetView), trouble: z.string().nullable() }),
});

export const releaseBudget = defineRoute({
  method: "POST",
  path: "/api/budgets/{budget}/release",
  perEnvironment: true,
  summary: "Gives back to a budget what servers that no longer live hold of it; what they spent untold is not counted",
  params: z.strictObject({ budget: z.string().min(1).max(63) }),
  body: z.strictObject({ reason }),
  answer: z.object({ data: z.array(z.object({ subject: z.string(), released_pico: pico })) }),
});

/** How limits, budgets and load of a server are doing. */
export const metersHealth = z.object({
  limits: z.object({
    subjects: z.number().int(),
    refused: z.number().int(),
    shared: z.boolean(),
    waiting: z.number().int().describe("calls that wait for a limit"),
    oldest_wait_ms: z.number().describe("how long the first of them has waited"),
    estimated_wait_ms: z
      .number()
      .nullable()
      .describe(
        "how long a call of the last class would wait at the longest line of which that is known; null where calls wait and it is known of none",
      ),
    learned_shared: z.boolean().describe("whether what is learnt of providers is shared at the moment"),
  }),
  overload: overloadView,
  budgets: z.object({
    accounts: z.number().int(),
    refused: z.number().int(),
    open: z.number().int().describe("calls under way for which money is set aside"),
    trouble: z.string().nullable(),
  }),
});
