import type { AlertRule } from "./alert-rule.ts";
import type { SignalName } from "./signal.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Terms = Pick<AlertRule, "name" | "severity"> &
  Partial<Pick<AlertRule, "forMs" | "leastCount" | "renotifyMs">> & {
    readonly signal: SignalName;
    readonly bound: number;
    readonly windowMs?: number;
  };

const ruleOf = ({ signal, bound, windowMs = 5 * MINUTE_MS, ...terms }: Terms): AlertRule => ({
  forMs: 0,
  leastCount: 0,
  noData: "ok",
  renotifyMs: 4 * HOUR_MS,
  runbook: null,
  labels: {},
  isDefault: true,
  endpoints: null,
  ...terms,
  signal: { name: signal, windowMs },
  condition: { type: "threshold", op: "above", bound },
});

/** On in every project that does not say otherwise: few, and about what is wrong everywhere. */
export const DEFAULT_RULES: readonly AlertRule[] = [
  ruleOf({
    name: "errors-many",
    severity: "critical",
    signal: "error-share",
    bound: 0.25,
    leastCount: 20,
    forMs: MINUTE_MS,
  }),
  ruleOf({
    name: "errors-raised",
    severity: "warning",
    signal: "error-share",
    bound: 0.05,
    leastCount: 50,
    forMs: 2 * MINUTE_MS,
  }),
  ruleOf({
    name: "calls-refused",
    severity: "critical",
    signal: "over-limit-share",
    bound: 0.25,
    leastCount: 20,
    forMs: MINUTE_MS,
  }),
  {
    ...ruleOf({
      name: "cost-unusual",
      severity: "warning",
      signal: "cost-per-minute",
      bound: 0,
      windowMs: HOUR_MS,
      leastCount: 20,
    }),
    condition: { type: "baseline", op: "above", z: 4, ratio: 1.5, days: 14 },
  },
  ruleOf({ name: "user-cost-unusual", severity: "warning", signal: "user-too-dear", bound: 0.5, renotifyMs: null }),
  ruleOf({ name: "tenant-cost-unusual", severity: "warning", signal: "tenant-too-dear", bound: 0.5, renotifyMs: null }),
  ruleOf({ name: "provider-trouble", severity: "warning", signal: "provider-trouble", bound: 0.5, forMs: MINUTE_MS }),
  ruleOf({ name: "rolled-back", severity: "warning", signal: "rollout-rolled-back", bound: 0.5, renotifyMs: null }),
  ruleOf({
    name: "rollout-held",
    severity: "info",
    signal: "rollout-held",
    bound: 0.5,
    forMs: 30 * MINUTE_MS,
    renotifyMs: null,
  }),
  ruleOf({ name: "queue-slow", severity: "warning", signal: "queue-age", bound: 10_000, forMs: MINUTE_MS }),
  ruleOf({ name: "budget-nearly-spent", severity: "warning", signal: "budget-share", bound: 0.9, renotifyMs: null }),
  ruleOf({
    name: "budget-forecast-over",
    severity: "warning",
    signal: "budget-forecast",
    bound: 1,
    forMs: 30 * MINUTE_MS,
    renotifyMs: null,
  }),
  ruleOf({ name: "calls-stopped", severity: "info", signal: "paused", bound: 0.5, renotifyMs: null }),
  ruleOf({ name: "records-dropped", severity: "warning", signal: "drops", bound: 0 }),
  ruleOf({
    name: "telemetry-trouble",
    severity: "critical",
    signal: "telemetry-trouble",
    bound: 0.5,
    forMs: MINUTE_MS,
  }),
];
