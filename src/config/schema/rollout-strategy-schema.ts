import * as z from "zod";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type { StrategyName } from "../../domain/rollout/plan.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { conditionsSchema } from "./condition-schema.ts";
import { duration, number, percent, text, usd } from "./leaf.ts";

const DAY = 86_400_000;
const YEAR = 366 * DAY;

/** The strategies as YAML names them. */
export const STRATEGY_KEYS = [
  "canary",
  "blue_green",
  "shadow",
  "ab",
  "flag",
  "dark",
  "instant",
] as const satisfies readonly StrategyName[];

/** What a shadow stage does unless it says otherwise. */
export const SHADOW_PRESETS = { sample: 0.1, minDurationMs: 600_000, minPairs: 200, deadlineMs: DAY, tools: "stub" } as const;

const shadowSchema = z
  .strictObject({
    sample: percent()
      .optional()
      .meta({ preset: formatPercent(SHADOW_PRESETS.sample), description: "Share of stable's sessions that are copied." }),
    min_duration: duration({ max: YEAR })
      .optional()
      .meta({ preset: spellDuration(SHADOW_PRESETS.minDurationMs), description: "Least time of the stage." }),
    min_pairs: number({ min: 0, max: 1e9, integer: true })
      .optional()
      .meta({ preset: SHADOW_PRESETS.minPairs, description: "Least number of answers that were compared." }),
    deadline: duration({ min: 1, max: YEAR })
      .optional()
      .meta({
        preset: spellDuration(SHADOW_PRESETS.deadlineMs),
        description: "Observed time after which the stage ends without proof; `on_inconclusive` says what happens then.",
      }),
    budget_usd: usd().optional().meta({
      description: "Most that the copies may cost together; the stage ends when it is used up. Without it there is no limit.",
    }),
    tools: z.enum(["stub", "record"]).optional().meta({
      preset: SHADOW_PRESETS.tools,
      description:
        "Which calls are copied where tools are used: `stub` leaves out those that bring results of tools, `record` copies them with the results that stable's tools gave. A copy ends where the candidate calls a tool; no tool is ever called for it.",
    }),
  })
  .meta({
    description:
      "A stage before the first step in which the candidate answers copies of calls that nobody sees. `shadow: {}` takes every default; with the strategy `shadow` it is there anyway.",
  });

const previewSchema = z
  .strictObject({
    min_duration: duration({ max: YEAR }).optional().meta({ preset: "0s", description: "Least time of the preview." }),
    approval: z.boolean().optional().meta({
      preset: true,
      description: "Whether a person must agree to what comes next. A dark launch always asks.",
    }),
  })
  .meta({
    description:
      "`blue_green` and `dark`: the step on which only calls with the header `x-rollward-preview`, or of a key made with `--preview`, get the candidate.",
  });

const variantsSchema = z
  .strictObject({
    stable: percent().meta({ description: "Share of new sessions that the stable release keeps." }),
    candidate: percent().meta({ description: "Share of new sessions that the candidate gets." }),
  })
  .meta({ preset: { stable: "50%", candidate: "50%" }, description: "`ab`: the fixed shares; they add up to 100%." });

/** What an A/B test is unless it says otherwise. */
export const TEST_PRESETS = { power: 0.8, winner: "ask", goal: "errors" } as const;

const testSchema = z
  .strictObject({
    goal: text({ what: "the name of a metric", max: 100 })
      .optional()
      .meta({ preset: TEST_PRESETS.goal, description: "The metric that decides who wins, one of `business` by its own name; it must be among `metrics`." }),
    baseline: z
      .union([percent().meta({ title: "share" }), number({ min: 0, max: 1e12, above: true }).meta({ title: "mean" })])
      .optional()
      .meta({
        description:
          "What the goal is on stable today: a share for events, a mean for values. Times and costs compare by ratio and need none. The test is planned by it, not judged.",
      }),
    effect: percent().meta({ description: "Smallest relative change of the goal that is looked for." }),
    power: percent()
      .optional()
      .meta({
        preset: formatPercent(TEST_PRESETS.power),
        description: "Probability of finding a change of that size by the planned end.",
      }),
    winner: z.enum(["ask", "promote"]).optional().meta({
      preset: TEST_PRESETS.winner,
      description: "What happens when the candidate is proven better: a person is asked, or it is promoted.",
    }),
  })
  .meta({ description: "`ab`: what is looked for. How many sessions that takes is planned before the start and frozen." });

const sessionsSchema = z
  .strictObject({
    on_promotion: z.enum(["keep", "next_turn"]).optional().meta({
      preset: "keep",
      description: "Sessions that began on the release before: they keep it until the drain ends, or switch at their next turn.",
    }),
    on_rollback: z.enum(["next_turn", "finish", "terminate"]).optional().meta({
      preset: "next_turn",
      description:
        "Sessions of a candidate that is rolled back: they switch at their next turn, finish on it until the drain ends, or are ended with the error `session_ended`.",
    }),
    drain: duration({ max: 30 * DAY })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_PLAN.drainMs),
        description: "How long sessions may go on with a release that is left. The same as `drain` beside it.",
      }),
  })
  .meta({
    description:
      "Conversations under way when the release changes. Streams finish on the release they began with; a session that would not fit the other release (tools, answer schema, variables) keeps its own until the drain ends.",
  });

/** The keys of a rollout that are its strategy's, or stand before and behind its steps. */
export const strategyShape = {
  preview: previewSchema.optional(),
  variants: variantsSchema.optional(),
  test: testSchema.optional(),
  target: conditionsSchema.optional().meta({
    description:
      "`flag`: whose calls may get the candidate, as a condition on the call's context (`key`, `tenant`, `user`, `session`, its `variables` and `metadata`). Everyone else is on stable and no evidence.",
  }),
  shadow: shadowSchema.optional(),
  holdback: percent()
    .optional()
    .meta({
      preset: formatPercent(DEFAULT_PLAN.holdback ?? 0),
      description: "Share of new sessions that stay on the release before while a promotion bakes; it is compared with them.",
    }),
  bake: duration({ max: 30 * DAY })
    .optional()
    .meta({
      preset: spellDuration(DEFAULT_PLAN.bakeMs ?? 0),
      description:
        "Time after promotion in which harm still moves the pointer back by itself. As long as `drain` where only that is given.",
    }),
  warm: duration({ max: 90 * DAY })
    .optional()
    .meta({
      description:
        "24h with `blue_green`, else 0s. Time after promotion in which `apply` keeps the models of the release before, so that `rollward rollback` returns to it at once.",
    }),
  sessions: sessionsSchema.optional(),
  expected_sessions_per_day: number({ min: 0, max: 1e12, above: true }).optional().meta({
    description: "New sessions a day, for planning where nothing has been observed yet.",
  }),
};
