import * as z from "zod";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type { MetricName } from "../../domain/rollout/plan.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { duration, number, percent, usd } from "./leaf.ts";

const DAY = 86_400_000;
const YEAR = 366 * DAY;

const step = z
  .union([
    percent().meta({ title: "weight" }),
    z
      .strictObject({
        weight: percent().meta({ description: "Share of new sessions that the candidate gets." }),
        min_duration: duration({ max: YEAR }).optional().meta({ description: "Least time observed on the step." }),
        min_sessions: number({ min: 0, max: 1e12, integer: true })
          .optional()
          .meta({ description: "Least number of sessions assigned on the step, both arms together." }),
        approval: z
          .boolean()
          .optional()
          .meta({ preset: false, description: "Whether a person must agree before the next step." }),
      })
      .meta({ title: "step" }),
  ])
  .meta({
    description:
      "A weight, or a section with `weight` and what it takes to move on. What is not given is taken from the default ladder's step of the nearest lower weight; 100% needs neither time nor sessions.",
  });

const BY_LATENCY = { harmRatio: 1.1, noWorseRatio: 1.25, required: false } as const;
const BY_ERRORS = { harmRatio: 1.25, noWorseRatio: 2, required: false } as const;

/** Margins of a metric that the default plan does not have: what is counted goes by the rules for errors, what is timed by those for latency. */
export const metricFallback = (metric: MetricName): typeof BY_LATENCY | typeof BY_ERRORS =>
  metric === "refusals" || metric === "invalid-output" ? BY_ERRORS : BY_LATENCY;

/** The metrics as YAML names them. */
export const METRIC_KEYS = {
  errors: "errors",
  refusals: "refusals",
  invalid_output: "invalid-output",
  latency: "latency",
  first_token: "first-token",
  cost: "cost",
} as const satisfies Record<string, MetricName>;

function metricShape(metric: MetricName) {
  const known = DEFAULT_PLAN.metrics.find((one) => one.metric === metric);
  const { harmRatio, noWorseRatio, required } = known ?? metricFallback(metric);
  return {
    harm: number({ min: 1, max: 100, above: true })
      .optional()
      .meta({ preset: harmRatio, description: "Ratio candidate : stable that is tolerated; beyond it lies harm." }),
    no_worse: number({ min: 1, max: 100, above: true })
      .optional()
      .meta({ preset: noWorseRatio, description: 'Ratio candidate : stable at which "no worse" ends.' }),
    required: z
      .boolean()
      .optional()
      .meta({ preset: required, description: "Whether promotion needs the proof that it is no worse." }),
    share: percent().optional().meta({
      description:
        "Weight in the union that decides a rollback. Metrics without one divide the rest in proportion to the default plan.",
    }),
  };
}

const metric = <S extends z.ZodType>(section: S, description: string) =>
  z
    .union([z.boolean().meta({ title: "on or off" }), section])
    .optional()
    .meta({ description });

const metricsSchema = z
  .strictObject({
    errors: metric(
      z.strictObject(metricShape("errors")),
      "Share of sessions with a failed turn; repaired ones count as failed.",
    ),
    refusals: metric(
      z.strictObject(metricShape("refusals")),
      "Share of sessions in which the model declined, also where it was asked again. Off unless named.",
    ),
    invalid_output: metric(
      z.strictObject(metricShape("invalid-output")),
      "Share of sessions with an answer that was empty, cut short, invalid JSON, or called tools wrongly, as far as `checks` of either release look for it; repaired ones count. Off unless named.",
    ),
    latency: metric(z.strictObject(metricShape("latency")), "Time to the last byte."),
    first_token: metric(z.strictObject(metricShape("first-token")), "Time to the first token. Off unless named."),
    cost: metric(
      z.strictObject({
        ...metricShape("cost"),
        cap_usd: usd().optional().meta({
          description:
            "Largest cost of a session that counts; more is clipped, so that one runaway session decides nothing.",
        }),
      }),
      "Cost of a session.",
    ),
  })
  .meta({
    description:
      "What is compared. `errors`, `latency` and `cost` are on unless set to `false`; a section changes margins.",
  });

const windowSchema = z
  .strictObject({
    turns: number({ min: 1, max: 1_000, integer: true })
      .optional()
      .meta({ preset: DEFAULT_PLAN.window.turns, description: "A session counts after this many turns …" }),
    within: duration({ min: 1, max: DAY })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_PLAN.window.withinMs),
        description: "… or this long after its first call; no finished turn by then is a failure.",
      }),
  })
  .meta({ description: "Which part of a session is observed, the same for both arms." });

const level = (fallback: number, description: string) =>
  number({ min: 0, max: 0.5, above: true }).optional().meta({ preset: fallback, description });

/** How a new release of an endpoint reaches users. */
export const rolloutSchema = z
  .strictObject({
    strategy: z.enum(["canary"]).optional().meta({ preset: DEFAULT_PLAN.strategy, description: "How traffic moves." }),
    steps: z
      .array(step)
      .optional()
      .meta({
        preset: DEFAULT_PLAN.steps.map(({ weight }) => formatPercent(weight)),
        description: "The ladder: growing weights, the last one 100%.",
      }),
    metrics: metricsSchema.optional(),
    mode: z.enum(["observe", "hold", "enforce"]).optional().meta({
      preset: DEFAULT_PLAN.mode,
      description:
        "What proven harm does: `observe` records it, `hold` keeps the weight and waits for a person, `enforce` rolls back.",
    }),
    alpha: level(
      DEFAULT_PLAN.alpha,
      "Largest probability that a harmless release is rolled back, over all metrics and however often one looks.",
    ),
    beta: level(DEFAULT_PLAN.beta, "Largest probability, for each metric, that a worse release is proven no worse."),
    window: windowSchema.optional(),
    deadline: duration({ min: 1, max: YEAR })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_PLAN.deadlineMs),
        description: "Observed time after which a rollout without a verdict is inconclusive.",
      }),
    on_inconclusive: z.enum(["hold", "ask", "promote_unproven", "abort"]).optional().meta({
      preset: DEFAULT_PLAN.onInconclusive,
      description:
        "What happens at the deadline: keep the weight, ask a person, promote without proof (written to the log), or take the candidate back.",
    }),
    on_new_release: z.enum(["auto", "supersede", "queue", "reject"]).optional().meta({
      preset: DEFAULT_PLAN.onNewRelease,
      description:
        "What a newer release does while this rollout runs. `auto` supersedes up to 5% weight and queues above.",
    }),
    drain: duration({ max: 30 * DAY })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_PLAN.drainMs),
        description: "Time after promotion in which sessions of the old release end.",
      }),
    no_data: duration({ min: 1, max: YEAR })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_PLAN.noDataMs),
        description: "Time without any outcome after which the rollout is held.",
      }),
  })
  .meta({ description: "How a new release reaches users. The plan is frozen when its rollout starts." });

/** A rollout policy as read. */
export type RolloutInput = z.output<typeof rolloutSchema>;

/** A step as read: a weight, or a section. */
export type StepInput = z.output<typeof step>;
