import { name } from "./promql.ts";

/** A series as promtool's tests write one. */
interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** A case that a rule is tested with: series one minute apart, and whether it fires at a time. */
export interface RuleCase {
  readonly series: readonly InputSeries[];
  readonly at: string;
  /** Labels of the alert beside its severity; `null` where it must be silent. */
  readonly fires: Readonly<Record<string, string>> | null;
}

/** An alert. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning" | "info";
  /** May name labels in double braces. */
  readonly summary: string;
  readonly help: string;
  readonly cases: readonly RuleCase[];
}

/** A series that is worked out ahead. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

const WINDOWS = ["5m", "30m", "1h", "6h"] as const;

const faultShare = (window: string): string =>
  `sum by (environment, endpoint) (rate(${name("callFaults")}[${window}])) / sum by (environment, endpoint) (rate(${name("calls")}[${window}]))`;

/** Shares of calls that failed through no fault of the request, for burn rates. */
export const RECORDING_RULES: readonly RecordingRule[] = WINDOWS.map((window) => ({
  record: `rollward:call_faults:ratio_rate${window}`,
  expr: faultShare(window),
}));

/** The part of calls that may fail: the objective is 99.5 %. */
const BUDGET = 0.005;

const burn = (factor: number, [long, short]: readonly [string, string]): string =>
  [long, short].map((window) => `rollward:call_faults:ratio_rate${window} > ${factor} * ${BUDGET}`).join(" and ");

const BOT = 'environment="production",endpoint="bot"';
const OF_BOT = { environment: "production", endpoint: "bot" };

/** Calls at ten a minute, with so many faults a minute. */
const traffic = (faults: number): readonly InputSeries[] => [
  { series: `${name("calls")}{${BOT},outcome="ok"}`, values: `0+${100 - faults}x400` },
  { series: `${name("calls")}{${BOT},outcome="failed"}`, values: `0+${faults}x400` },
  { series: `${name("callFaults")}{${BOT}}`, values: `0+${faults}x400` },
];

const one = (series: string, values: string): readonly InputSeries[] => [{ series, values }];

const INSTANCE = { instance: "a:4400", job: "rollward" };
const ON_INSTANCE = 'instance="a:4400",job="rollward"';

/** Alerts on calls. */
const OF_CALLS: readonly AlertRule[] = [
  {
    alert: "RollwardFaultsFast",
    expr: burn(14.4, ["1h", "5m"]),
    for: "2m",
    severity: "critical",
    summary:
      "Calls of {{ $labels.endpoint }} fail: at this pace two days' worth of the month's budget are gone in an hour",
    help: "More than 7.2 % of the calls failed through no fault of their own, over the last hour and the last five minutes. The console's page Now names the cause; a fallback model or a rollback is the remedy.",
    cases: [
      { series: traffic(20), at: "70m", fires: OF_BOT },
      { series: traffic(2), at: "70m", fires: null },
    ],
  },
  {
    alert: "RollwardFaultsSlow",
    expr: burn(6, ["6h", "30m"]),
    for: "15m",
    severity: "warning",
    summary: "Calls of {{ $labels.endpoint }} fail more often than their objective allows",
    help: "More than 3 % of the calls failed through no fault of their own, over the last six hours and the last half hour.",
    cases: [
      { series: traffic(4), at: "6h20m", fires: OF_BOT },
      { series: traffic(1), at: "6h20m", fires: null },
    ],
  },
  {
    alert: "RollwardProviderFails",
    expr: `sum by (provider) (rate(${name("attemptErrors")}[10m])) / sum by (provider) (rate(${name("attempts")}[10m])) > 0.2`,
    for: "5m",
    severity: "warning",
    summary: "More than a fifth of the attempts at {{ $labels.provider }} fail",
    help: "Fallbacks may hide it from users: see the dashboard Providers for the errors.",
    cases: [
      {
        series: [
          { series: `${name("attempts")}{provider="sim",model="a"}`, values: "0+10x60" },
          { series: `${name("attemptErrors")}{provider="sim",model="a",code="provider_error"}`, values: "0+5x60" },
        ],
        at: "20m",
        fires: { provider: "sim" },
      },
      {
        series: [
          { series: `${name("attempts")}{provider="sim",model="a"}`, values: "0+10x60" },
          { series: `${name("attemptErrors")}{provider="sim",model="a",code="provider_error"}`, values: "0+1x60" },
        ],
        at: "20m",
        fires: null,
      },
    ],
  },
  {
    alert: "RollwardBreakerOpen",
    expr: `max by (environment, provider, model) (${name("breakerOpen")}) > 0`,
    for: "5m",
    severity: "warning",
    summary:
      "{{ $labels.provider }}/{{ $labels.model }} is not asked: its circuit breaker has been open for five minutes",
    help: "It opens after failures in a row and lets single calls through to find out when the model is back.",
    cases: [
      {
        series: one(`${name("breakerOpen")}{environment="production",provider="sim",model="a"}`, "1x20"),
        at: "10m",
        fires: { environment: "production", provider: "sim", model: "a" },
      },
      {
        series: one(`${name("breakerOpen")}{environment="production",provider="sim",model="a"}`, "0x20"),
        at: "10m",
        fires: null,
      },
    ],
  },
  {
    alert: "RollwardQueueOld",
    expr: `max by (environment) (${name("queueAge")}) > 30`,
    for: "2m",
    severity: "warning",
    summary: "Calls wait for a limit for more than half a minute",
    help: "Raise the limit, or let later classes go: docs/limits.md.",
    cases: [
      {
        series: one(`${name("queueAge")}{environment="production"}`, "40x20"),
        at: "5m",
        fires: { environment: "production" },
      },
      { series: one(`${name("queueAge")}{environment="production"}`, "5x20"), at: "5m", fires: null },
    ],
  },
  {
    alert: "RollwardOverloaded",
    expr: `sum by (environment) (increase(${name("shed")}[5m])) > 0`,
    for: "5m",
    severity: "warning",
    summary: "Calls are refused because there is too much to do",
    help: "Add replicas or processors; docs/limits.md says who is refused first.",
    cases: [
      {
        series: one(`${name("shed")}{environment="production"}`, "0+9x30"),
        at: "15m",
        fires: { environment: "production" },
      },
      { series: one(`${name("shed")}{environment="production"}`, "9x30"), at: "15m", fires: null },
    ],
  },
];

/** Alerts on money and rollouts. */
const OF_RELEASES: readonly AlertRule[] = [
  {
    alert: "RollwardBudgetNearlySpent",
    expr: `max by (environment, budget) (${name("budgetSpent")}) / max by (environment, budget) (${name("budgetLimit")}) > 0.9`,
    for: "5m",
    severity: "warning",
    summary: "The budget {{ $labels.budget }} is nearly spent",
    help: "Calls are refused when it is: docs/budgets.md.",
    cases: [
      {
        series: [
          { series: `${name("budgetSpent")}{environment="production",budget="all"}`, values: "95x20" },
          { series: `${name("budgetLimit")}{environment="production",budget="all"}`, values: "100x20" },
        ],
        at: "10m",
        fires: { environment: "production", budget: "all" },
      },
      {
        series: [
          { series: `${name("budgetSpent")}{environment="production",budget="all"}`, values: "50x20" },
          { series: `${name("budgetLimit")}{environment="production",budget="all"}`, values: "100x20" },
        ],
        at: "10m",
        fires: null,
      },
    ],
  },
  {
    alert: "RollwardCandidateHarmful",
    expr: `max by (environment, endpoint, release) (${name("rolloutLogE")}{metric="all",test="harm"} - ${name("rolloutThreshold")}{metric="all",test="harm"}) >= 0`,
    for: "0m",
    severity: "info",
    summary: "{{ $labels.release }} is proven harmful",
    help: "Rollward takes it back by itself, unless its plan says that a person does: `rollward rollout show`.",
    cases: [
      {
        series: [
          { series: `${name("rolloutLogE")}{${BOT},release="bot@2",metric="all",test="harm"}`, values: "4x5" },
          { series: `${name("rolloutThreshold")}{${BOT},release="bot@2",metric="all",test="harm"}`, values: "3x5" },
        ],
        at: "2m",
        fires: { ...OF_BOT, release: "bot@2" },
      },
      {
        series: [
          { series: `${name("rolloutLogE")}{${BOT},release="bot@2",metric="all",test="harm"}`, values: "1x5" },
          { series: `${name("rolloutThreshold")}{${BOT},release="bot@2",metric="all",test="harm"}`, values: "3x5" },
        ],
        at: "2m",
        fires: null,
      },
    ],
  },
];

/** Alerts on Rollward itself. */
const OF_ITSELF: readonly AlertRule[] = [
  {
    alert: "RollwardDown",
    expr: 'up{job="rollward"} == 0',
    for: "1m",
    severity: "critical",
    summary: "{{ $labels.instance }} does not answer",
    help: "Prometheus cannot read its metrics. The job of its scrape configuration is called rollward.",
    cases: [
      { series: one(`up{${ON_INSTANCE}}`, "0x20"), at: "5m", fires: INSTANCE },
      { series: one(`up{${ON_INSTANCE}}`, "1x20"), at: "5m", fires: null },
    ],
  },
  {
    alert: "RollwardDatabaseDown",
    expr: `${name("databaseUp")} == 0`,
    for: "1m",
    severity: "critical",
    summary: "{{ $labels.instance }} does not reach its database",
    help: "Calls are still answered; what goes on and what does not says docs/operate/degraded.md.",
    cases: [
      { series: one(`${name("databaseUp")}{${ON_INSTANCE}}`, "0x20"), at: "5m", fires: INSTANCE },
      { series: one(`${name("databaseUp")}{${ON_INSTANCE}}`, "1x20"), at: "5m", fires: null },
    ],
  },
  {
    alert: "RollwardNoLeader",
    expr: `sum(${name("leader")}) == 0`,
    for: "2m",
    severity: "critical",
    summary: "No replica decides on rollouts",
    help: "Candidates that prove harmful are stopped all the same, by each replica for itself; nothing moves forward.",
    cases: [
      { series: one(`${name("leader")}{${ON_INSTANCE}}`, "0x20"), at: "5m", fires: {} },
      { series: one(`${name("leader")}{${ON_INSTANCE}}`, "1x20"), at: "5m", fires: null },
    ],
  },
  {
    alert: "RollwardLosesRecords",
    expr: `sum by (instance, job) (increase(${name("recordsDropped")}[10m])) + sum by (instance, job) (increase(${name("evidenceDropped")}[10m])) + sum by (instance, job) (increase(${name("seriesDropped")}[10m])) > 0`,
    for: "0m",
    severity: "warning",
    summary: "{{ $labels.instance }} loses records, evidence or series",
    help: "The database is away for too long or too slow for the load; the dashboard Rollward itself says which.",
    cases: [
      {
        series: [
          { series: `${name("recordsDropped")}{${ON_INSTANCE},part="bodies"}`, values: "0+1x30" },
          { series: `${name("evidenceDropped")}{${ON_INSTANCE}}`, values: "0x30" },
          { series: `${name("seriesDropped")}{${ON_INSTANCE}}`, values: "0x30" },
        ],
        at: "15m",
        fires: INSTANCE,
      },
      {
        series: [
          { series: `${name("recordsDropped")}{${ON_INSTANCE},part="bodies"}`, values: "7x30" },
          { series: `${name("evidenceDropped")}{${ON_INSTANCE}}`, values: "0x30" },
          { series: `${name("seriesDropped")}{${ON_INSTANCE}}`, values: "0x30" },
        ],
        at: "15m",
        fires: null,
      },
    ],
  },
  {
    alert: "RollwardLate",
    expr: `${name("loopDelay")}{percentile="99"} > 0.25`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }} is a quarter of a second late with its own work",
    help: "The process has more to do than one processor can; add replicas.",
    cases: [
      {
        series: one(`${name("loopDelay")}{${ON_INSTANCE},percentile="99"}`, "0.5x20"),
        at: "10m",
        fires: { ...INSTANCE, percentile: "99" },
      },
      { series: one(`${name("loopDelay")}{${ON_INSTANCE},percentile="99"}`, "0.01x20"), at: "10m", fires: null },
    ],
  },
];

/** Every group of deploy/prometheus/rollward.rules.yml. */
export const ALERT_GROUPS: Readonly<Record<string, readonly AlertRule[]>> = {
  "rollward-calls": OF_CALLS,
  "rollward-releases": OF_RELEASES,
  "rollward-itself": OF_ITSELF,
};
