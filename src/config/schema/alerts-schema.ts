import * as z from "zod";
import { duration, number, percent, text, usd } from "./leaf.ts";
import { names } from "./meters-schema.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Minutes of calls are kept for two days; longer windows are of whole hours. */
const LONGEST_WINDOW_MS = DAY_MS;

export const WITHIN_MS = 5 * MINUTE_MS;
export const LEAST_COUNT = 20;
export const RENOTIFY_MS = 4 * 3_600_000;
export const GROUP_WAIT_MS = 10_000;
export const BASELINE = { z: 4, times: 1.5, days: 14 } as const;

/** What a budget is forecast to come to may be more than all of it: up to 900 %. */
const MOST_FORECAST = 9;

const once = (description: string) => z.literal(true).optional().meta({ description });

/** An http(s) address for people. */
export const linkLeaf = () =>
  text({ what: "an address that begins with https:// or http://", max: 1_000, pattern: /^https?:\/\/[^\s<>|]+$/ });

export const labelsSchema = z
  .record(z.string(), text({ what: "a text", max: 200 }))
  .optional()
  .meta({ description: "Sent along, and what silences go by: names of letters, digits and underscores." });

const conditions = {
  errors_above: percent()
    .optional()
    .meta({ description: "More than this share of calls failed for a reason that is not their own; with `code`: with this error." }),
  refusals_above: percent().optional().meta({ description: "Providers refused the content of more than this share of calls." }),
  over_limit_above: percent()
    .optional()
    .meta({ description: "A budget or limit that all callers share (not one of each tenant, key or user) refused more than this share of calls." }),
  latency_above: duration({ min: 1, max: 600_000 })
    .optional()
    .meta({ description: "Whole answers take longer than this at `quantile`." }),
  first_token_above: duration({ min: 1, max: 600_000 })
    .optional()
    .meta({ description: "The first token of streams takes longer than this at `quantile`." }),
  cost_above: usd().optional().meta({ description: "Calls cost more than so many USD a minute." }),
  calls_above: number({ min: 0, max: 10_000_000 }).optional().meta({ description: "More calls a minute than this." }),
  calls_below: number({ min: 0, max: 10_000_000, above: true })
    .optional()
    .meta({ description: "Fewer calls a minute than this: nobody comes any more." }),
  quality_below: number({ min: 0, max: 1, above: true })
    .optional()
    .meta({ description: "The mean score of judges is below this." }),
  thumbs_up_below: percent().optional().meta({ description: "A smaller share of what users reported is a thumbs up." }),
  queue_age_above: duration({ min: 1, max: 600_000 })
    .optional()
    .meta({ description: "A call has waited longer than this for room." }),
  queue_above: number({ min: 0, max: 100_000, integer: true }).optional().meta({ description: "More calls than this wait." }),
  drops_above: number({ min: 0, max: 1_000_000_000, integer: true })
    .optional()
    .meta({ description: "More records of calls than this were dropped within the time." }),
  budget_above: percent().optional().meta({ description: "More than this share of a budget is spent; told for each budget." }),
  budget_forecast_above: percent(MOST_FORECAST)
    .optional()
    .meta({ description: "The day or month of a budget is forecast to come to more than this share of its amount; told for each budget, with why." }),
  user_too_dear: once("An hour of a user costs far more than the same hour of previous days; told for each user, with why."),
  tenant_too_dear: once("An hour of a tenant costs far more than the same hour of previous days; told for each tenant, with why."),
  provider_trouble: once("The breaker of a model is open; told for each model."),
  rollout_held: once("A rollout holds; told for each endpoint."),
  rolled_back: once("A rollout was rolled back within the last hour; told for each endpoint."),
  paused: once("Calls are stopped; told for each that is stopped."),
  telemetry_trouble: once("Rollward cannot write what it records, or the database is away."),
  unusual: z
    .enum(["errors", "refusals", "latency", "first_token", "cost", "calls", "quality"])
    .optional()
    .meta({
      description:
        "Far from the same hour of previous days, by a robust z-score: `quality` below it, `calls` below it, all others above it.",
    }),
};

/** The keys of which a rule has exactly one. */
export const CONDITION_KEYS = Object.keys(conditions) as readonly (keyof typeof conditions)[];

/** One of `alerts.rules`. */
export const alertRuleSchema = z
  .strictObject({
    ...conditions,
    severity: z.enum(["critical", "warning", "info"]).optional().meta({
      preset: "warning",
      description: "`critical` wakes somebody, `warning` can wait for the morning, `info` is for who looks.",
    }),
    endpoints: names("an endpoint", "Only these endpoints. Default: every endpoint, each for itself."),
    within: duration({ min: MINUTE_MS, max: LONGEST_WINDOW_MS })
      .optional()
      .meta({ preset: "5m", description: "The calls of so long are looked at." }),
    for: duration({ min: 0, max: DAY_MS }).optional().meta({ preset: "0s", description: "How long it must be so." }),
    count: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ preset: LEAST_COUNT, description: "Fewer calls, or judged answers, say nothing." }),
    no_data: z.enum(["ok", "alert", "keep"]).optional().meta({
      preset: "ok",
      description: "What it means that there are no numbers, or too few: nothing is wrong, that is wrong too, or what was, stays.",
    }),
    quantile: percent().optional().meta({ preset: "95%", description: "Of latencies." }),
    code: text({ what: "a code of an error", max: 60, pattern: /^[a-z_]+$/ })
      .optional()
      .meta({ description: "With `errors_above`: only this error." }),
    arm: z.enum(["stable", "candidate"]).optional().meta({ description: "Only sessions of this side of rollouts." }),
    z: number({ min: 1, max: 100 }).optional().meta({ preset: BASELINE.z, description: "With `unusual`: how far." }),
    times: number({ min: 1, max: 1_000 })
      .optional()
      .meta({ preset: BASELINE.times, description: "With `unusual`: and at least so many times the median." }),
    days: number({ min: 3, max: 28, integer: true })
      .optional()
      .meta({ preset: BASELINE.days, description: "With `unusual`: the days that are looked at." }),
    renotify: duration({ min: MINUTE_MS, max: 30 * DAY_MS })
      .optional()
      .meta({ preset: "4h", description: "How often it is told again while nobody has acknowledged." }),
    runbook: linkLeaf().optional().meta({ description: "Where it is written what to do." }),
    labels: labelsSchema,
    enabled: z.boolean().optional().meta({ preset: true, description: "`false` turns a rule off, also one of the default rules by its name." }),
  })
  .meta({ description: "One rule, with exactly one of the conditions." });

const notifierNames = (description: string) =>
  z
    .array(text({ what: "the name of a notifier", max: 63 }))
    .max(20)
    .optional()
    .meta({ preset: [], description });

/** `alerts`. */
export const alertsSchema = z
  .strictObject({
    rules: z
      .record(z.string(), alertRuleSchema)
      .optional()
      .meta({ description: "Rules by a name of your choice. One with the name of a default rule takes its place." }),
    defaults: z.boolean().optional().meta({ preset: true, description: "Whether the default rules are on; docs/alerts.md lists them." }),
    notify: z
      .strictObject({
        critical: notifierNames("Who is told of critical alerts."),
        warning: notifierNames("Who is told of warnings."),
        info: notifierNames("Who is told of the rest."),
      })
      .optional()
      .meta({ description: "Who is told, by severity. Default: nobody; alerts are shown all the same." }),
    escalate: z
      .strictObject({
        after: duration({ min: MINUTE_MS, max: DAY_MS }).meta({ description: "How long nobody has acknowledged a critical alert." }),
        to: z
          .array(text({ what: "the name of a notifier", max: 63 }))
          .min(1)
          .max(20)
          .meta({ description: "Who is told then." }),
      })
      .optional()
      .meta({ description: "Who is told when nobody acknowledges." }),
    group_wait: duration({ min: 0, max: 10 * MINUTE_MS })
      .optional()
      .meta({ preset: "10s", description: "How long a message waits for further alerts of the same endpoint, which go into it." }),
  })
  .meta({ description: "What people are told of, and who." });

/** A rule as read. */
export type AlertRuleInput = z.output<typeof alertRuleSchema>;
/** `alerts` as read. */
export type AlertsInput = z.output<typeof alertsSchema>;
