import * as z from "zod";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type { CommonMetricName, MetricPlan } from "../../domain/rollout/plan.ts";
import { USUAL_POINTS } from "../../domain/rollout/usual-points.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { judgePairsSchema } from "./judge-pairs-schema.ts";
import { duration, number, percent, text, usd } from "./leaf.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Where delayed outcomes are waited for unless the plan says otherwise. */
export const DELAYED_WITHIN_MS = 60 * MINUTE_MS;

type Margins = Pick<MetricPlan, "harmRatio" | "noWorseRatio" | "noWorseOrPoints" | "required" | "beyond">;

const BY_LATENCY: Margins = { harmRatio: 1.1, noWorseRatio: 1.25, required: false };
/** Of a harmful event, one of the application's own included. */
export const BAD_EVENT_MARGINS: Margins = { harmRatio: 1.25, noWorseRatio: 2, required: false };

/**
 * What the gateway itself looks for in every session, and is rare. Of what people report few sessions say anything, so that a
 * difference of one in a hundred would be proven of whatever nobody mentions; and one in twenty is in the tail by definition.
 */
const SEEN_EVERYWHERE: ReadonlySet<CommonMetricName> = new Set<CommonMetricName>([
  "errors",
  "refusals",
  "invalid-output",
  "tool-failures",
  "abandoned",
]);

/** Of a good event: that sales halve is far beyond what anybody means by no worse. */
export const GOOD_EVENT_MARGINS: Margins = { harmRatio: 1.1, noWorseRatio: 1.25, required: false };
/** Of scores and values: drops of the mean, as shares of the range. */
export const MEAN_MARGINS = { harmDrop: 0, noWorseDrop: 0.05 } as const;

/** The metrics of every endpoint as YAML names them; those of the application's own stand under `business`. */
export const METRIC_KEYS = {
  errors: "errors",
  refusals: "refusals",
  invalid_output: "invalid-output",
  tool_failures: "tool-failures",
  abandoned: "abandoned",
  latency: "latency",
  latency_tail: "latency-tail",
  first_token: "first-token",
  tokens_per_second: "tokens-per-second",
  cost: "cost",
  cost_tail: "cost-tail",
  thumbs: "thumbs",
  problems: "problems",
  judge: "judge",
} as const satisfies Record<string, CommonMetricName>;

const TIMED: ReadonlySet<CommonMetricName> = new Set<CommonMetricName>([
  "latency",
  "first-token",
  "tokens-per-second",
  "cost",
]);

/** Margins of a metric that the default plan does not have: what is timed goes by the rules for latency, what is counted by those for errors. */
export function metricFallback(metric: CommonMetricName): Margins {
  if (TIMED.has(metric)) return BY_LATENCY;
  return SEEN_EVERYWHERE.has(metric) ? { ...BAD_EVENT_MARGINS, noWorseOrPoints: USUAL_POINTS } : BAD_EVENT_MARGINS;
}

const required = (preset: boolean) =>
  z.boolean().optional().meta({ preset, description: "Whether promotion needs the proof that it is no worse." });

const share = () =>
  percent().optional().meta({
    description:
      "Weight in the union that decides a rollback. Metrics without one divide the rest in proportion to the default plan; where nothing is left, those that are neither written nor required are out.",
  });

const ratio = (preset: number, description: string) =>
  number({ min: 1, max: 100, above: true }).optional().meta({ preset, description });

const ratioShape = ({ harmRatio, noWorseRatio, required: isRequired }: Margins, of = "candidate : stable") => ({
  harm: ratio(harmRatio, `Ratio ${of} that is tolerated; beyond it lies harm.`),
  no_worse: ratio(noWorseRatio, `Ratio ${of} at which "no worse" ends.`),
  required: required(isRequired),
  share: share(),
});

/** Of an event that has points unless something is written, and of one that has them only then. */
const points = (preset?: number) =>
  percent()
    .optional()
    .meta({
      ...(preset !== undefined && { preset: formatPercent(preset) }),
      description:
        '"No worse" ends at this many more sessions of a hundred with the event: `1%` is one percentage point. Together with `no_worse` either is enough; written alone it is the only margin.' +
        (preset === undefined ? "" : " Without either, both have their defaults; `no_worse` written alone is the only margin."),
    });

const drop = (preset: number, description: string) =>
  number({ min: 0, max: 0.99 }).optional().meta({ preset, description });

const dropShape = (of: string) => ({
  harm: drop(MEAN_MARGINS.harmDrop, `Drop of the mean ${of} that is tolerated; beyond it lies harm.`),
  no_worse: drop(MEAN_MARGINS.noWorseDrop, `Drop of the mean ${of} at which "no worse" ends.`),
  required: required(false),
  share: share(),
});

const within = () =>
  duration({ min: 1, max: DAY_MS })
    .optional()
    .meta({
      preset: spellDuration(DELAYED_WITHIN_MS),
      description: "How long after its first call a session is waited for; what comes later is kept, and is no evidence.",
    });

const marginsOf = (metric: CommonMetricName): Margins =>
  DEFAULT_PLAN.metrics.find((one) => one.metric === metric) ?? metricFallback(metric);

const metric = <S extends z.ZodType>(section: S, description: string) =>
  z
    .union([z.boolean().meta({ title: "on or off" }), section])
    .optional()
    .meta({ description });

const timed = (name: CommonMetricName, description: string) =>
  metric(z.strictObject(ratioShape(marginsOf(name))), description);

const counted = (name: CommonMetricName, description: string) =>
  metric(
    z.strictObject({ ...ratioShape(marginsOf(name)), no_worse_points: points(marginsOf(name).noWorseOrPoints) }),
    description,
  );

const tail = (name: CommonMetricName, description: string) =>
  metric(
    z.strictObject({
      ...ratioShape(marginsOf(name)),
      no_worse_points: points(),
      beyond: number({ min: 1, max: 100 })
        .optional()
        .meta({
          preset: marginsOf(name).beyond ?? 1,
          description: "The tail begins at so many times the 95th percentile of stable's sessions before.",
        }),
    }),
    description,
  );

const reported = (name: CommonMetricName, description: string) =>
  metric(
    z.strictObject({ ...ratioShape(marginsOf(name)), no_worse_points: points(), within: within() }),
    description,
  );

const CAUSES = ["provider", "timeout", "cut", "bad_answer", "refused", "lost"] as const;

const name = (what: string) => text({ what, max: 128 });

const judgeSchema = z.strictObject({
  score: name("the name of a score").meta({ description: "Name of the score, as `POST /v1/feedback` has it in `scores`." }),
  digest: name("a digest of the judge").meta({
    description:
      "Stands for the judge's model and prompt version, as `judge` has it in `POST /v1/feedback`. Scores of another judge are no evidence.",
  }),
  sample: percent()
    .optional()
    .meta({ preset: formatPercent(1), description: "Share of sessions to judge, the same in both arms, by a hash of the session." }),
  timeout: within(),
  pairs: judgePairsSchema.optional().meta({
    description:
      "Who compares answers of both releases to the same request, in a stage of copies. Asked in both orders; a preference that goes with the order is a tie.",
  }),
  ...dropShape("score, from 0 to 1,"),
});

const eventSchema = z
  .strictObject({
    event: z.enum(["good", "bad"]).meta({ description: "Whether more of it is better or worse." }),
    harm: ratio(GOOD_EVENT_MARGINS.harmRatio, "Ratio of the worse to the better that is tolerated; 1.25 for a bad event."),
    no_worse: ratio(GOOD_EVENT_MARGINS.noWorseRatio, 'Ratio of the worse to the better at which "no worse" ends; 2 for a bad event.'),
    no_worse_points: points(),
    within: within(),
    required: required(false),
    share: share(),
  })
  .meta({ title: "event" });

const valueSchema = z
  .strictObject({
    range: z
      .tuple([number({ min: -1e12, max: 1e12 }), number({ min: -1e12, max: 1e12 })])
      .meta({ description: "The least and the greatest value; what lies outside is turned away." }),
    better: z.enum(["higher", "lower"]).optional().meta({ preset: "higher", description: "Which end is good." }),
    missing: number({ min: -1e12, max: 1e12 }).optional().meta({
      description: "What a session counts as that sent no value in time, in both arms alike. The bad end, unless given.",
    }),
    within: within(),
    ...dropShape("value, as a share of the range,"),
  })
  .meta({ title: "value" });

/** What the two releases are compared by. */
export const metricsSchema = z
  .strictObject({
    errors: metric(
      z.strictObject({
        ...ratioShape(marginsOf("errors")),
        no_worse_points: points(marginsOf("errors").noWorseOrPoints),
        causes: z
          .array(z.enum(CAUSES))
          .optional()
          .meta({ description: "The causes of failure that count, by a session's first one; all of them unless given." }),
      }),
      "Share of sessions with a failed turn; repaired ones count as failed.",
    ),
    refusals: counted(
      "refusals",
      "Share of sessions in which the model declined, also where it was asked again.",
    ),
    invalid_output: counted(
      "invalid-output",
      "Share of sessions with an answer that was empty, cut short, invalid JSON, or called tools wrongly, as far as `checks` of either release look for it; repaired ones count.",
    ),
    tool_failures: counted(
      "tool-failures",
      "Share of sessions with a tool that the client reported as failed, or that was called wrongly as far as `checks` look for it. Off unless named.",
    ),
    abandoned: counted(
      "abandoned",
      "Share of sessions in which a client left while it waited: before the first byte of an answer, or after it when nothing new had come for two seconds.",
    ),
    latency: timed("latency", "Time to the last byte."),
    latency_tail: tail(
      "latency-tail",
      "Share of sessions much slower than nearly all of stable's before them. Off where `latency` is, unless named.",
    ),
    first_token: timed("first-token", "Time to the first token. Off unless named."),
    tokens_per_second: metric(
      z.strictObject(ratioShape(metricFallback("tokens-per-second"), "stable : candidate")),
      "Output tokens per second of the whole answer; higher is better. Off unless named.",
    ),
    cost: metric(
      z.strictObject({
        ...ratioShape(marginsOf("cost")),
        cap_usd: usd().optional().meta({
          description:
            "Largest cost of a session that counts; more is clipped, so that one runaway session decides nothing.",
        }),
      }),
      "Cost of a session, without what prompt caches saved.",
    ),
    cost_tail: tail(
      "cost-tail",
      "Share of sessions much dearer than nearly all of stable's before them. Off where `cost` is, unless named.",
    ),
    thumbs: reported("thumbs", "Share of sessions with a thumbs-down. Off unless named."),
    problems: reported("problems", "Share of sessions of which a user reported a problem. Off unless named."),
    judge: judgeSchema.optional().meta({ description: "A judge's scores of sampled sessions. Off unless named." }),
    business: z
      .record(z.string(), z.union([eventSchema, valueSchema]))
      .optional()
      .meta({ description: "What the application sends of its own to `POST /v1/metrics`, by its name there: lower-case letters, digits, dashes and underscores." }),
  })
  .meta({
    description:
      "What is compared. `errors`, `latency` and `cost` are on unless set to `false`, and so are `abandoned`, `refusals`, `invalid_output`, `latency_tail` and `cost_tail`, which no promotion waits for; a section changes margins. docs/metrics.md says what each counts, and how many sessions it takes.",
  });

/** The metrics of a policy as read. */
export type MetricsInput = z.output<typeof metricsSchema>;
