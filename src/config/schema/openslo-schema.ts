import * as z from "zod";
import { NAME } from "./config-schema.ts";
import { duration, leaf, number, Refusal, text } from "./leaf.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const name = () => text({ what: "a name of lower-case letters, digits, dots, hyphens and underscores", max: 63, pattern: NAME });

const metadata = z.object({ name: name() });

/** What Rollward counts, as `metricSource.type: Rollward` says it. */
const metricSource = z.object({
  type: leaf<"Rollward">({
    json: { type: "string" },
    read: (input) =>
      input === "Rollward"
        ? "Rollward"
        : new Refusal("only a metric source of the type Rollward can be read", "write `type: Rollward`, and what it counts under `spec`"),
  }),
  spec: z.object({
    indicator: z.enum(["availability", "latency", "first_token", "quality"]),
    below: duration({ min: 1, max: 600_000 }).optional(),
    at_least: number({ min: 0.05, max: 1 }).optional(),
  }),
});

const metric = z.object({ metricSource });

const sliSpec = z.object({
  ratioMetric: z.object({ good: metric.optional(), bad: metric.optional(), total: metric.optional() }).optional(),
  thresholdMetric: metric.optional(),
});

const conditionSpec = z.object({
  severity: text({ what: "a severity", max: 40 }),
  condition: z.object({
    kind: z.literal("burnrate"),
    op: z.enum(["gt", "gte"]).optional(),
    threshold: number({ min: 0, max: 10_000, above: true }),
    lookbackWindow: duration({ min: 5 * MINUTE_MS, max: 30 * DAY_MS }),
    alertAfter: duration({ min: 0, max: DAY_MS }).optional(),
  }),
});

const policySpec = z.object({
  conditions: z
    .array(z.union([z.object({ conditionRef: name() }), z.object({ spec: conditionSpec })]))
    .length(1, "an AlertPolicy has exactly one condition"),
});

const version = z.literal("openslo/v1");

const target = () => number({ min: 0, max: 1, above: true });

/** The documents of OpenSLO v1 that are read. What Rollward has no place for is passed over. */
export const openSloSchemas = {
  SLO: z.object({
    apiVersion: version,
    kind: z.literal("SLO"),
    metadata,
    spec: z.object({
      description: text({ what: "a text", max: 500 }).optional(),
      service: name(),
      indicator: z.object({ spec: sliSpec }).optional(),
      indicatorRef: name().optional(),
      timeWindow: z.array(z.object({ duration: duration({ min: DAY_MS, max: 90 * DAY_MS }), isRolling: z.literal(true) })).length(1),
      objectives: z
        .array(z.object({ target: target().optional(), targetPercent: number({ min: 0, max: 100, above: true }).optional() }))
        .length(1, "only one objective can be read"),
      alertPolicies: z
        .array(z.union([text({ what: "the name of an AlertPolicy", max: 63 }), z.object({ alertPolicyRef: name() }), z.object({ spec: policySpec })]))
        .max(4)
        .optional(),
    }),
  }),
  SLI: z.object({ apiVersion: version, kind: z.literal("SLI"), metadata, spec: sliSpec }),
  AlertPolicy: z.object({ apiVersion: version, kind: z.literal("AlertPolicy"), metadata, spec: policySpec }),
  AlertCondition: z.object({ apiVersion: version, kind: z.literal("AlertCondition"), metadata, spec: conditionSpec }),
} as const;

/** A document as read. */
export type OpenSlo<K extends keyof typeof openSloSchemas> = z.output<(typeof openSloSchemas)[K]>;
export type SliSpec = z.output<typeof sliSpec>;
export type PolicySpec = z.output<typeof policySpec>;
export type ConditionSpec = z.output<typeof conditionSpec>;
