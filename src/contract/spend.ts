import { z } from "zod";
import { instant, pico, signedPico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const tokens = z.int().nonnegative();

const dimension = z.enum(["hour", "endpoint", "model", "key", "user"]);

/** A sum of spend. */
export const spendSum = z.object({
  hour: instant.optional(),
  endpoint: z.string().optional().describe("empty for calls of a model without an endpoint"),
  model: z.string().optional(),
  key: z.string().optional(),
  user: z.string().optional().describe("empty where calls named no user"),
  calls: z.int().nonnegative().describe("requests to models; retries count"),
  cost_pico: pico,
  cache_saved_pico: signedPico.describe(
    "what the providers' prompt caches have saved; below 0 where more was written than read",
  ),
  tokens: z.object({
    input: tokens,
    cached_input: tokens,
    cache_write: tokens,
    output: tokens,
    reasoning: tokens,
  }),
});

const filters = {
  endpoint: z.string().min(1).max(63).optional(),
  key: z.string().min(1).max(40).optional(),
  user: z.string().min(1).max(128).optional(),
};

export const showSpend = defineRoute({
  method: "GET",
  path: "/api/spend",
  perEnvironment: true,
  summary: "What was spent in whole hours, added up by what is asked for, the dearest first",
  query: z.strictObject({
    ...filters,
    since: instant.optional().describe("24 hours ago by default"),
    until: instant.optional().describe("now by default"),
    by: z
      .string()
      .default("endpoint,model")
      .transform((text) => text.split(","))
      .pipe(z.array(dimension).max(5))
      .describe("comma-separated: hour, endpoint, model, key, user"),
    limit: z.coerce.number().int().min(1).max(10_000).default(100),
  }),
  answer: z.object({ since: instant, until: instant, data: z.array(spendSum) }),
});

export const explainSpend = defineRoute({
  method: "GET",
  path: "/api/spend/change",
  perEnvironment: true,
  summary: "Why the last so many hours cost more or less than the same hours before: parts that add up exactly",
  query: z.strictObject({
    ...filters,
    hours: z.coerce.number().int().min(1).max(744).default(24),
    against_hours_ago: z.coerce.number().int().min(1).max(8760).optional().describe("`hours` by default"),
  }),
  answer: z.object({
    since: instant,
    until: instant,
    before_pico: pico,
    after_pico: pico,
    change_pico: signedPico,
    volume_pico: signedPico,
    mix_pico: signedPico,
    tokens_pico: signedPico,
    classes_pico: signedPico,
    price_pico: signedPico,
  }),
});

export const forecastSpend = defineRoute({
  method: "GET",
  path: "/api/spend/forecast",
  perEnvironment: true,
  summary: "What the day and the month are expected to come to",
  query: z.strictObject(filters),
  answer: z.object({
    data: z.array(
      z.object({
        window: z.enum(["day", "month"]),
        ends_at: instant,
        spent_pico: pico,
        expected_pico: pico.nullable().describe("null before a full day was seen"),
        low_pico: pico.nullable(),
        high_pico: pico.nullable(),
        days: z.int(),
      }),
    ),
  }),
});

export const listSpendAnomalies = defineRoute({
  method: "GET",
  path: "/api/spend/anomalies",
  perEnvironment: true,
  summary: "Endpoints, users and tenants whose present or last hour is too dear against the same hour of previous days",
  answer: z.object({
    data: z.array(
      z.object({
        subject: z.string(),
        hour: instant,
        spent_pico: pico,
        usual_pico: pico,
        ratio: z.number().nullable().describe("null when nothing was usual"),
        days: z.int(),
        why: z.string().describe("attribution in words"),
      }),
    ),
  }),
});
