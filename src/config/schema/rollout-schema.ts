import * as z from "zod";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { gatesShape } from "./gates-schema.ts";
import { duration, number, percent } from "./leaf.ts";
import { metricsSchema } from "./metrics-schema.ts";
import { STRATEGY_KEYS, strategyShape } from "./rollout-strategy-schema.ts";

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

const windowSchema = z
  .strictObject({
    turns: number({ min: 1, max: 1_000, integer: true })
      .optional()
      .meta({ preset: DEFAULT_PLAN.window.turns, description: "A session counts after this many turns …" }),
    within: duration({ min: 1, max: DAY })
      .optional()
      .meta({
        description: `… or this long after its first call; no finished turn by then is a failure. Default: 10s more than a call may take (\`timeouts.total\`), and at least ${spellDuration(DEFAULT_PLAN.window.withinMs)}.`,
      }),
  })
  .meta({ description: "Which part of a session is observed, the same for both arms." });

const level = (fallback: number, description: string) =>
  number({ min: 0, max: 0.5, above: true }).optional().meta({ preset: fallback, description });

/** How a new release of an endpoint reaches users. */
export const rolloutSchema = z
  .strictObject({
    strategy: z.enum(STRATEGY_KEYS).optional().meta({
      preset: DEFAULT_PLAN.strategy,
      description:
        "How the candidate reaches users. `canary`: a ladder, on proof. `blue_green`: a preview, then everybody at once. `shadow`: copies that nobody sees. `ab`: fixed shares until one side is proven better. `flag`: a ladder for those whose calls meet a condition. `dark`: deployed, and started by a person. `instant`: everybody at once.",
    }),
    steps: z
      .array(step)
      .optional()
      .meta({
        preset: DEFAULT_PLAN.steps.map(({ weight }) => formatPercent(weight)),
        description:
          "The ladder: growing weights, the last one 100%. Not for `blue_green`, `instant` and `ab`, whose steps follow from the strategy; a `shadow` rollout without them ends when it has seen enough, and a `flag` may end below 100%.",
      }),
    ...strategyShape,
    ...gatesShape,
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
