import * as z from "zod";
import { duration, number, percent } from "./leaf.ts";
import { money, names } from "./meters-schema.ts";

const DAY_MS = 86_400_000;

/** What a rule of errors counts where it says nothing else. */
export const ERRORS_WITHIN_MS = 5 * 60_000;
export const LEAST_CALLS = 20;
/** Hours below this are never stopped for being many times as dear as usual, pico-dollars. */
export const LEAST_PICO = 10n ** 12n;
export const COOLDOWN_MS = 3_600_000;

const onlySchema = z
  .strictObject({
    tenants: names("a tenant", "Only calls with keys of these tenants."),
    keys: names("the id of a key", "Only calls with these keys, by id (`key_…`)."),
    endpoints: names("an endpoint", "Only calls of these endpoints."),
  })
  .meta({ description: "Which calls are watched; all conditions must hold. Default: all calls." });

/** One of `pauses`. */
export const pauseRuleSchema = z
  .strictObject({
    per: z.enum(["environment", "endpoint", "tenant", "key"]).meta({
      description: "Whose calls are watched together, and stopped together. `environment`: all calls.",
    }),
    hour_above: money().optional().meta({ description: "Stops when an hour (UTC) has cost more than so many USD." }),
    hour_times_usual: number({ min: 1, max: 1_000, above: true })
      .optional()
      .meta({
        description:
          "Stops when an hour has cost more than so many times the median of the same hour of the previous 14 days, and stands out from them.",
      }),
    least: money()
      .optional()
      .meta({ preset: 1, description: "With `hour_times_usual`: hours up to so many USD are let be." }),
    errors_above: percent()
      .optional()
      .meta({
        description:
          "Stops when more than this share of calls failed, as clients saw them. Each server counts the calls that it answered.",
      }),
    within: duration({ min: 10_000, max: 3_600_000 })
      .optional()
      .meta({ preset: "5m", description: "With `errors_above`: the calls of so long." }),
    calls: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ preset: LEAST_CALLS, description: "With `errors_above`: fewer calls say nothing." }),
    only: onlySchema.optional(),
    mode: z.enum(["pause", "observe"]).optional().meta({
      preset: "pause",
      description: "`observe` stops nobody: it only notes what it would have done.",
    }),
    lift_after: duration({ min: 60_000, max: 30 * DAY_MS })
      .optional()
      .meta({
        description:
          "How long calls are stopped; for what an hour has cost, at least until it is over. Default: until somebody lets them in again.",
      }),
    cooldown: duration({ min: 60_000, max: 30 * DAY_MS })
      .optional()
      .meta({
        preset: "1h",
        description: "How long the rule leaves alone what somebody has let in again; for what an hour has cost, at least until it is over.",
      }),
  })
  .meta({ description: "One rule, with exactly one of `hour_above`, `hour_times_usual` and `errors_above`." });

/** A rule as read. */
export type PauseRuleInput = z.output<typeof pauseRuleSchema>;
