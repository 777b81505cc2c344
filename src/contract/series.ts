import { z } from "zod";
import { endpointName, instant, pico } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What series can be told apart by. */
export const SERIES_DIMENSIONS = ["endpoint", "release", "arm", "tier", "model"] as const;

/** Most sums in one answer. */
export const MOST_SERIES = 5_000;

const dimensions = z
  .string()
  .max(100)
  .transform((text) => (text === "" ? [] : text.split(",")))
  .pipe(z.array(z.enum(SERIES_DIMENSIONS)).max(SERIES_DIMENSIONS.length))
  .describe("Comma-separated: endpoint, release, arm, tier, model; one sum of everything without");

const name = z.string().max(300);

const quantile = z.object({
  ms: z.number().describe("the quantile as far as buckets tell: off by at most `quantile_error`"),
  low_ms: z.number(),
  high_ms: z.number().nullable().describe("`null` above the last bucket"),
});

const durations = z
  .object({ count: z.number(), mean_ms: z.number(), p50: quantile, p90: quantile, p95: quantile, p99: quantile })
  .nullable()
  .describe("`null` where nothing was measured");

const counts = z.record(z.string(), z.number());

const scores = z.object({ count: z.number(), mean: z.number().nullable() });

/** What the calls of one step and group came to. */
export const seriesSum = z.object({
  at: instant.nullable().describe("beginning of the step; `null` without steps"),
  endpoint: z.string().optional(),
  release: z.string().optional(),
  arm: z.string().optional().describe("`shadow` and `backtest` have attempts and cost, but no calls"),
  tier: z.string().optional(),
  model: z.string().optional().describe("`provider/model` of the last attempt"),
  calls: z.number().describe("calls that ended in that time"),
  failed: z.number(),
  faults: z.number().describe("of the failed ones those that the request itself is not to blame for"),
  abandoned: z.number(),
  streams: z.number(),
  errors: counts.describe("failed calls by error code"),
  shared_refusals: counts.describe(
    "of the failed ones those that a budget or limit of all callers refused, by `budget:<name>` or `limit:<name>`",
  ),
  latency: durations.describe("of calls that were answered"),
  first_token: durations.describe("of streams that were answered"),
  attempts: z.number(),
  attempt_errors: counts,
  tokens: z.object({
    input: z.number(),
    cached_input: z.number(),
    cache_write: z.number(),
    output: z.number(),
    reasoning: z.number(),
  }),
  cost_pico: pico,
  thumbs_up: z.number(),
  thumbs_down: z.number(),
  problems: z.number(),
  corrections: z.number(),
  scores: scores.describe("scores from 0 to 1 that people and applications gave"),
  judged: scores.describe("the same of judges"),
});

export const showSeries = defineRoute({
  method: "GET",
  path: "/api/series",
  perEnvironment: true,
  summary: "What calls came to over time, for charts: by the minute for two days, by the hour for 400",
  query: z.strictObject({
    since: instant.optional().describe("An hour before `until` by default"),
    until: instant.optional().describe("Now by default"),
    step_seconds: z.coerce
      .number()
      .int()
      .min(60)
      .max(366 * 86_400)
      .multipleOf(60)
      .optional()
      .describe(
        "Length of the steps, whole minutes; whole hours where minutes are kept no longer. One sum of everything without",
      ),
    by: dimensions.default([]),
    endpoint: endpointName.or(z.literal("")).optional(),
    release: name.optional(),
    arm: name.optional(),
    tier: name.optional(),
    model: name.optional(),
    limit: z.coerce.number().int().min(1).max(MOST_SERIES).default(1_000),
  }),
  answer: z.object({
    since: instant,
    until: instant,
    span: z.enum(["minute", "hour"]).describe("what was added up"),
    quantile_error: z.number().describe("how far a quantile may be from the truth, as a part of it"),
    data: z.array(seriesSum).describe("in order of time, then the most calls first; steps without calls are left out"),
    is_cut: z.boolean().describe("whether there were more than `limit`"),
  }),
});
