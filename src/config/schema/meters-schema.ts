import * as z from "zod";
import { shown } from "../source/mistakes.ts";
import { parseDecimal, plainDecimal } from "../units.ts";
import { Refusal, duration, leaf, number, text } from "./leaf.ts";

/** Calls that wait where a queue names no number. */
export const QUEUE_CALLS = 500;

const MOST_PER_WINDOW = 1_000_000_000;
/** A larger burst over a day could not be counted exactly. */
const MOST_BURST = 10_000_000;

const WINDOW_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const RATE = /^(\d{1,10})(k|M)? ?\/ ?(s|m|h|d)$/;

/** A rate as read: so many in a window. */
export interface RateInput {
  readonly amount: number;
  readonly windowMs: number;
}

const TIMES = { k: 1_000, M: 1_000_000 } as const;

function readRate(input: unknown): RateInput | Refusal {
  const match = typeof input === "string" ? RATE.exec(input) : null;
  const [, digits = "", times, unit] = match ?? [];
  const amount = Number(digits) * (times === undefined ? 1 : TIMES[times as keyof typeof TIMES]);
  if (match === null || amount < 1 || amount > MOST_PER_WINDOW) {
    return new Refusal(
      `expected a rate from 1 to ${MOST_PER_WINDOW} per second, minute, hour or day, not ${shown(input)}`,
      "write it like 60/m, 200k/m or 10000/d",
    );
  }
  return { amount, windowMs: WINDOW_MS[unit as keyof typeof WINDOW_MS] };
}

const rate = () => leaf<RateInput>({ json: { type: "string", pattern: RATE.source, $comment: "rate" }, read: readRate });

const PICO_PER_USD = 12;
const MOST_USD = 1_000_000n;

/** An amount in USD, exact, as pico-dollars. */
export const money = () =>
  leaf<bigint>({
    json: { type: ["number", "string"], exclusiveMinimum: 0, pattern: "^\\d{1,7}(\\.\\d{1,12})?$", $comment: "USD" },
    read: (input) => {
      const written = typeof input === "number" ? plainDecimal(input) : input;
      const pico = typeof written === "string" ? parseDecimal(written, PICO_PER_USD) : null;
      if (pico !== null && pico > 0n && pico <= MOST_USD * 10n ** 12n) return pico;
      return new Refusal(
        `expected an amount in USD above 0 and at most ${MOST_USD}, not ${shown(input)}`,
        "write a plain decimal, for example 250 or 0.50",
      );
    },
  });

/** A list of names of something. */
export const names = (what: string, description: string) =>
  z
    .array(text({ what, max: 300 }))
    .min(1)
    .max(100)
    .optional()
    .meta({ description });

const onlySchema = z
  .strictObject({
    tenants: names("a tenant", "Only keys of these tenants."),
    keys: names("the id of a key", "Only these keys, by id (`key_…`)."),
    endpoints: names("an endpoint", "Only calls of these endpoints."),
    models: names("provider/model", "Only calls whose first model is one of these, as `provider/model`."),
  })
  .meta({ description: "Which calls count; all conditions must hold. Default: all calls." });

const limitOnlySchema = onlySchema
  .extend({
    models: names("provider/model", "Only what is asked of these models, as `provider/model`; a pool by its own name."),
  })
  .meta({ description: "Which calls count; all conditions must hold. Default: all calls." });

const per = z.enum(["environment", "tenant", "key", "user", "endpoint", "model"]).meta({
  description:
    "Whose calls are counted together. `environment`: all calls. `user`: as the request names one (`user`, `safety_identifier`, `metadata.user_id`), within the tenant or the key; calls that name none count as one more user.",
});

/** One of `limits.rates`. */
export const rateLimitSchema = z
  .strictObject({
    per,
    requests: rate().optional().meta({ description: "Calls in a time, refilled evenly: `60/m` is one a second." }),
    tokens: rate().optional().meta({
      description:
        "Tokens of requests and answers in a time. A call is let in by an estimate, which is corrected when it is over.",
    }),
    concurrent: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ description: "Calls under way at the same time." }),
    burst: number({ min: 1, max: MOST_BURST, integer: true })
      .optional()
      .meta({ description: "Most calls at once after a pause. Default: a hundredth of `requests`, at least 1." }),
    burst_tokens: number({ min: 1, max: MOST_BURST, integer: true })
      .optional()
      .meta({ description: "The same for tokens. A call that is larger is let in when nothing is owed." }),
    only: limitOnlySchema.optional(),
  })
  .meta({ description: "One limit: at least one of `requests`, `tokens` and `concurrent`." });

/** `limits.evaluations`. */
export const evaluationRate = () =>
  rate()
    .optional()
    .meta({
      description:
        "How often a key may ask for flags, on one server, for example `100/s`; all flags at once are one. Default: as often as it likes.",
    });

/** How many things a key may say unless the project says otherwise. */
export const FEEDBACK_RATE = "500/s";

/** `limits.feedback`. */
export const feedbackRate = () =>
  rate()
    .optional()
    .meta({
      preset: FEEDBACK_RATE,
      description:
        "How much a key may send to `/v1/feedback` and `/v1/metrics`, on one server, for example `100/s`; every thumb, score, problem, correction and metric is one.",
    });

/** `limits.queue`. */
export const queueSchema = z
  .strictObject({
    wait: duration({ min: 10, max: 10 * 60_000 }).meta({
      description: "Longest wait; a call that would wait longer is refused at once.",
    }),
    calls: number({ min: 1, max: 100_000, integer: true })
      .optional()
      .meta({ preset: QUEUE_CALLS, description: "Most calls that wait at the same time, on one server." }),
    classes: z.array(onlySchema).max(20).optional().meta({
      description:
        "Who comes first: a call is of the first class that is about it, else of a last one. Where the line is full the last class gives way.",
    }),
  })
  .meta({ description: "Lets calls over a limit wait instead of refusing them. Within a class tenants take turns by tokens." });

/** One of `budgets`. */
export const budgetSchema = z
  .strictObject({
    per,
    amount: money().meta({ description: "USD that calls may cost in the window." }),
    window: z.enum(["hour", "day", "month", "total"]).meta({
      description: "When it begins again, in UTC. `total` never does.",
    }),
    only: onlySchema.optional(),
    at_limit: z.enum(["refuse", "queue", "degrade"]).optional().meta({
      preset: "refuse",
      description:
        "What becomes of a call that does not fit: it is refused; waits in `limits.queue` while calls under way hold what is missing; or is answered by something cheaper, see `degrade_to`.",
    }),
    degrade_to: z
      .record(z.string(), text({ what: "an endpoint", max: 63 }))
      .optional()
      .meta({
        description:
          "With `at_limit: degrade`, by endpoint: the endpoint whose stable release answers calls that do not fit. Default, and for endpoints that are not named: the call asks only those models of its own release that it can pay (`models` and `fallbacks`).",
      }),
    when_unreachable: z.enum(["refuse", "allow"]).optional().meta({
      preset: "refuse",
      description:
        "What happens when the database is away and this server has used up what it held: calls are refused, or go on and are counted later.",
    }),
  })
  .meta({ description: "One budget. Each call sets aside what it can cost at most, and settles what it has cost." });

/** A limit as read. */
export type RateLimitInput = z.output<typeof rateLimitSchema>;
/** A queue as read. */
export type QueueInput = z.output<typeof queueSchema>;
/** A budget as read. */
export type BudgetInput = z.output<typeof budgetSchema>;
