import type { AlertCondition, AlertRule, Severity } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { DEFAULT_RULES } from "../../domain/alerts/default-rules.ts";
import { isOfCalls } from "../../domain/alerts/read-signal.ts";
import type { Signal, SignalName } from "../../domain/alerts/signal.ts";
import { sloRules } from "../../domain/slo/slo-rules.ts";
import type { Slo } from "../../domain/slo/slo.ts";
import {
  BASELINE,
  CONDITION_KEYS,
  GROUP_WAIT_MS,
  LEAST_COUNT,
  RENOTIFY_MS,
  WITHIN_MS,
} from "../schema/alerts-schema.ts";
import type { AlertRuleInput, AlertsInput } from "../schema/alerts-schema.ts";
import type { NotifierInput } from "../schema/notifiers-schema.ts";
import { buildNotifiers } from "./build-notifiers.ts";

/** What a project says of alerts. */
export interface AlertsText {
  readonly alerts: AlertsInput | undefined;
  readonly slos: readonly Slo[];
  readonly notifiers: Readonly<Record<string, NotifierInput>> | undefined;
}

/** Rules, who is told, and how. */
export function buildAlerts({ alerts = {}, slos, notifiers }: AlertsText): AlertSettings {
  const written = Object.entries(alerts.rules ?? {});
  const defaults =
    alerts.defaults === false ? [] : DEFAULT_RULES.filter(({ name }) => alerts.rules?.[name] === undefined);
  const rules = written.flatMap(([name, input]) => (input.enabled === false ? [] : [ruleOf(name, input)]));
  const { notify = {}, escalate, group_wait: groupWaitMs = GROUP_WAIT_MS } = alerts;
  return {
    rules: [...defaults, ...rules, ...slos.flatMap(sloRules)],
    slos,
    notifiers: buildNotifiers(notifiers),
    routing: {
      notify: { critical: notify.critical ?? [], warning: notify.warning ?? [], info: notify.info ?? [] },
      escalation: escalate === undefined ? null : { afterMs: escalate.after, to: escalate.to },
      groupWaitMs,
    },
  };
}

type ConditionKey = (typeof CONDITION_KEYS)[number];

const SIGNALS: Readonly<Record<Exclude<ConditionKey, "unusual">, readonly [SignalName, "above" | "below"]>> = {
  errors_above: ["error-share", "above"],
  refusals_above: ["refusal-share", "above"],
  over_limit_above: ["over-limit-share", "above"],
  latency_above: ["latency", "above"],
  first_token_above: ["first-token", "above"],
  cost_above: ["cost-per-minute", "above"],
  calls_above: ["calls-per-minute", "above"],
  calls_below: ["calls-per-minute", "below"],
  quality_below: ["quality", "below"],
  thumbs_up_below: ["feedback", "below"],
  queue_age_above: ["queue-age", "above"],
  queue_above: ["queue-depth", "above"],
  drops_above: ["drops", "above"],
  budget_above: ["budget-share", "above"],
  budget_forecast_above: ["budget-forecast", "above"],
  user_too_dear: ["user-too-dear", "above"],
  tenant_too_dear: ["tenant-too-dear", "above"],
  provider_trouble: ["provider-trouble", "above"],
  rollout_held: ["rollout-held", "above"],
  rolled_back: ["rollout-rolled-back", "above"],
  paused: ["paused", "above"],
  telemetry_trouble: ["telemetry-trouble", "above"],
};

const USUAL: Readonly<Record<NonNullable<AlertRuleInput["unusual"]>, readonly [SignalName, "above" | "below"]>> = {
  errors: ["error-share", "above"],
  refusals: ["refusal-share", "above"],
  latency: ["latency", "above"],
  first_token: ["first-token", "above"],
  cost: ["cost-per-minute", "above"],
  calls: ["calls-per-minute", "below"],
  quality: ["quality", "below"],
};

const DEFAULT_SEVERITY: Severity = "warning";

/** A rule without a condition is a mistake of the file and does not come here. */
function ruleOf(name: string, input: AlertRuleInput): AlertRule {
  const { signal, condition } = watched(input);
  const isRate = signal.name === "calls-per-minute";
  return {
    name,
    severity: input.severity ?? DEFAULT_SEVERITY,
    signal,
    condition,
    endpoints: input.endpoints ?? null,
    forMs: input.for ?? 0,
    // That nobody calls is a number too.
    leastCount: input.count ?? (isOfCalls(signal.name) && !isRate ? LEAST_COUNT : 0),
    noData: input.no_data ?? "ok",
    renotifyMs: input.renotify ?? RENOTIFY_MS,
    runbook: input.runbook ?? null,
    labels: input.labels ?? {},
    isDefault: false,
  };
}

function watched(input: AlertRuleInput): { readonly signal: Signal; readonly condition: AlertCondition } {
  const { unusual, within: windowMs = WITHIN_MS, quantile, code, arm } = input;
  const signalOf = (name: SignalName): Signal => ({
    name,
    windowMs,
    ...(quantile !== undefined && { quantile }),
    ...(code !== undefined && { code }),
    ...(arm !== undefined && { arm }),
  });
  if (unusual !== undefined) {
    const [name, op] = USUAL[unusual];
    const { z = BASELINE.z, times: ratio = BASELINE.times, days = BASELINE.days } = input;
    return { signal: signalOf(name), condition: { type: "baseline", op, z, ratio, days } };
  }
  const key = CONDITION_KEYS.find((each) => input[each] !== undefined) ?? "errors_above";
  const [name, op] = SIGNALS[key === "unusual" ? "errors_above" : key];
  const given = input[key];
  return {
    signal: signalOf(name),
    condition: { type: "threshold", op, bound: typeof given === "number" ? given : 0.5 },
  };
}
