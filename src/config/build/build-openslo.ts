import { DEFAULT_WINDOWS } from "../../domain/slo/slo.ts";
import type { BurnWindow, Slo, SloIndicator } from "../../domain/slo/slo.ts";
import type { ConditionSpec, OpenSlo, PolicySpec, SliSpec } from "../schema/openslo-schema.ts";
import { SLO_LEAST_COUNT } from "../schema/slos-schema.ts";

/** The documents of all files, by kind and name. */
export interface OpenSloDocuments {
  readonly slis: ReadonlyMap<string, SliSpec>;
  readonly policies: ReadonlyMap<string, PolicySpec>;
  readonly conditions: ReadonlyMap<string, ConditionSpec>;
}

/** A service level, or what keeps it from being one, in a sentence. */
export type OpenSloResult = { readonly slo: Slo } | { readonly fault: string };

/** The short window is a twelfth of the long one, as the Google SRE Workbook has it: OpenSLO has no place for it. */
const SHORT_PART = 12;
const LEAST_SHORT_MS = 60_000;
const MOST_OF_A_KIND = 2;

/** Reads a document of the kind SLO. */
export function buildOpenSlo({ metadata, spec }: OpenSlo<"SLO">, documents: OpenSloDocuments): OpenSloResult {
  const sli = spec.indicatorRef === undefined ? spec.indicator?.spec : documents.slis.get(spec.indicatorRef);
  if (sli === undefined) return { fault: `there is no SLI ${spec.indicatorRef ?? "in it"}` };
  const indicator = indicatorOf(sli);
  if (typeof indicator === "string") return { fault: indicator };
  const [objective] = spec.objectives;
  const target =
    objective?.target ?? (objective?.targetPercent === undefined ? undefined : objective.targetPercent / 100);
  if (target === undefined || target >= 1) return { fault: "its objective needs a `target` below 1" };
  const periodMs = spec.timeWindow[0]?.duration ?? 0;
  const windows = windowsOf(spec.alertPolicies ?? [], documents, periodMs);
  if (typeof windows === "string") return { fault: windows };
  return {
    slo: {
      name: metadata.name,
      description: spec.description ?? null,
      endpoint: spec.service,
      indicator,
      objective: target,
      periodMs,
      windows,
      leastCount: SLO_LEAST_COUNT,
      runbook: null,
      labels: {},
    },
  };
}

function indicatorOf({ ratioMetric, thresholdMetric }: SliSpec): SloIndicator | string {
  const metric = thresholdMetric ?? ratioMetric?.good ?? ratioMetric?.bad ?? ratioMetric?.total;
  if (metric === undefined) return "its SLI has neither a `ratioMetric` nor a `thresholdMetric`";
  const { indicator, below, at_least: atLeast } = metric.metricSource.spec;
  if (indicator === "availability") return { type: "availability" };
  if (indicator === "quality")
    return atLeast === undefined ? "`quality` needs `at_least`" : { type: "quality", atLeast };
  if (below === undefined) return `\`${indicator}\` needs \`below\``;
  return { type: indicator === "latency" ? "latency" : "first-token", belowMs: below };
}

type Policies = NonNullable<OpenSlo<"SLO">["spec"]["alertPolicies"]>;

/** The pairs of windows that policies stand for; without policies the default ones. */
function windowsOf(policies: Policies, documents: OpenSloDocuments, periodMs: number): readonly BurnWindow[] | string {
  if (policies.length === 0) return DEFAULT_WINDOWS;
  const conditions: ConditionSpec[] = [];
  for (const policy of policies) {
    const name = typeof policy === "string" ? policy : "alertPolicyRef" in policy ? policy.alertPolicyRef : null;
    const spec = name === null ? (policy as { readonly spec: PolicySpec }).spec : documents.policies.get(name);
    if (spec === undefined) return `there is no AlertPolicy ${name ?? ""}`;
    const [condition] = spec.conditions;
    if (condition === undefined) return "its AlertPolicy has no condition";
    const found = "conditionRef" in condition ? documents.conditions.get(condition.conditionRef) : condition.spec;
    if (found === undefined)
      return `there is no AlertCondition ${"conditionRef" in condition ? condition.conditionRef : ""}`;
    conditions.push(found);
  }
  const byFactor = conditions.toSorted((one, other) => other.condition.threshold - one.condition.threshold);
  const pages = byFactor.filter(isPage);
  const tickets = byFactor.filter((each) => !isPage(each));
  if (pages.length > MOST_OF_A_KIND || tickets.length > MOST_OF_A_KIND)
    return "it has more than two conditions of one severity";
  const windowOf =
    (names: readonly BurnWindow["name"][]) =>
    (each: ConditionSpec, index: number): BurnWindow => {
      const { threshold, lookbackWindow: longMs } = each.condition;
      const shortMs = Math.max(LEAST_SHORT_MS, Math.round(longMs / SHORT_PART));
      return { name: names[index] ?? "page-quick", budgetShare: (threshold * longMs) / periodMs, longMs, shortMs };
    };
  return [
    ...pages.map(windowOf(["page-quick", "page-slow"])),
    ...tickets.map(windowOf(["ticket-quick", "ticket-slow"])),
  ];
}

const isPage = ({ severity }: ConditionSpec): boolean => /^(page|critical)$/i.test(severity);
