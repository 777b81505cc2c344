import type { Dashboard, Panel } from "./dashboard.ts";
import { CHOSEN, CHOSEN_ENVIRONMENT, gauge, name, quantile, rate } from "./promql.ts";

const NO_DIVISION = "> 0";

/** A share of calls; without calls there is none. */
const share = (part: string, whole: string): string => `${part} / (${whole} ${NO_DIVISION})`;

const answered = (by: string): string => rate("calls", `${CHOSEN},outcome="ok"`, by);
const all = (by = ""): string => rate("calls", CHOSEN, by);
const perHour = (by: string): string => `3600 * ${rate("cost", CHOSEN, by)}`;

const latency = (metric: "callDuration" | "callFirstToken"): Panel["queries"] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, { filter: CHOSEN }), legend: `p${q * 100}` }));

const overview: Dashboard = {
  slug: "overview",
  title: "Overview",
  panels: [
    { title: "Calls", unit: "reqps", as: "stat", queries: [{ expr: all() }] },
    {
      title: "Availability",
      unit: "percentunit",
      as: "stat",
      help: "1 less the share of calls that failed through no fault of the request.",
      queries: [{ expr: `1 - ${share(rate("callFaults", CHOSEN), all())}` }],
    },
    {
      title: "Latency p95",
      unit: "s",
      as: "stat",
      queries: [{ expr: quantile(0.95, "callDuration", { filter: CHOSEN }) }],
    },
    {
      title: "First token p95",
      unit: "s",
      as: "stat",
      queries: [{ expr: quantile(0.95, "callFirstToken", { filter: CHOSEN }) }],
    },
    { title: "Cost of an hour", unit: "currencyUSD", as: "stat", queries: [{ expr: perHour("") }] },
    {
      title: "Calls under way",
      unit: "short",
      as: "stat",
      queries: [{ expr: `sum(${gauge("inFlight", CHOSEN_ENVIRONMENT)})` }],
    },
    {
      title: "Calls by endpoint",
      unit: "reqps",
      stacked: true,
      queries: [{ expr: all("endpoint"), legend: "{{endpoint}}" }],
    },
    {
      title: "Failed calls by error",
      unit: "reqps",
      stacked: true,
      queries: [{ expr: rate("callErrors", CHOSEN, "code"), legend: "{{code}}" }],
    },
    {
      title: "Share of faults by endpoint",
      unit: "percentunit",
      queries: [{ expr: share(rate("callFaults", CHOSEN, "endpoint"), all("endpoint")), legend: "{{endpoint}}" }],
    },
    {
      title: "What served the answers",
      unit: "reqps",
      stacked: true,
      help: "primary is the first model of the release; everything else is a fallback, the cache, or an old answer.",
      queries: [{ expr: answered("tier"), legend: "{{tier}}" }],
    },
    { title: "Latency", unit: "s", queries: latency("callDuration") },
    { title: "First token", unit: "s", queries: latency("callFirstToken") },
    {
      title: "Tokens by class",
      unit: "short",
      stacked: true,
      queries: [{ expr: rate("tokens", CHOSEN, "class"), legend: "{{class}}" }],
    },
    {
      title: "What people say",
      unit: "short",
      queries: [{ expr: rate("feedback", CHOSEN, "kind"), legend: "{{kind}}" }],
    },
  ],
};

const byArm = (metric: "callFaults" | "cost" | "calls"): string => rate(metric, CHOSEN, "endpoint, release, arm");
const ARM = "{{release}} {{arm}}";

const rollouts: Dashboard = {
  slug: "rollouts",
  title: "Rollouts",
  panels: [
    {
      title: "Share of new sessions that candidates get",
      unit: "percentunit",
      queries: [{ expr: `max by (endpoint, release) (${gauge("rolloutWeight", CHOSEN)})`, legend: "{{release}}" }],
    },
    {
      title: "Sessions in the evidence",
      unit: "short",
      queries: [{ expr: `max by (endpoint, release, arm) (${gauge("rolloutSessions", CHOSEN)})`, legend: ARM }],
    },
    {
      title: "Evidence of harm",
      unit: "none",
      help: "Logarithm of the e-value less its threshold: at 0 the candidate is taken back.",
      queries: [
        {
          expr: `max by (release, metric) (${name("rolloutLogE")}{${CHOSEN},test="harm"} - ${name("rolloutThreshold")}{${CHOSEN},test="harm"})`,
          legend: "{{release}} {{metric}}",
        },
      ],
    },
    {
      title: "Evidence of no worse",
      unit: "none",
      help: "The same of the proof that the candidate is no worse: at 0 it is given.",
      queries: [
        {
          expr: `max by (release, metric) (${name("rolloutLogE")}{${CHOSEN},test="no_worse"} - ${name("rolloutThreshold")}{${CHOSEN},test="no_worse"})`,
          legend: "{{release}} {{metric}}",
        },
      ],
    },
    { title: "Calls by arm", unit: "reqps", stacked: true, queries: [{ expr: byArm("calls"), legend: ARM }] },
    {
      title: "Share of faults by arm",
      unit: "percentunit",
      queries: [{ expr: share(byArm("callFaults"), byArm("calls")), legend: ARM }],
    },
    {
      title: "Latency p95 by arm",
      unit: "s",
      queries: [{ expr: quantile(0.95, "callDuration", { filter: CHOSEN, by: "release, arm" }), legend: ARM }],
    },
    {
      title: "First token p95 by arm",
      unit: "s",
      queries: [{ expr: quantile(0.95, "callFirstToken", { filter: CHOSEN, by: "release, arm" }), legend: ARM }],
    },
    {
      title: "Cost of a call by arm",
      unit: "currencyUSD",
      queries: [{ expr: share(byArm("cost"), byArm("calls")), legend: ARM }],
    },
    {
      title: "Judged score by arm",
      unit: "none",
      queries: [
        {
          expr: share(
            rate("scoreSum", `${CHOSEN},by="judge"`, "release, arm"),
            rate("scores", `${CHOSEN},by="judge"`, "release, arm"),
          ),
          legend: ARM,
        },
      ],
    },
  ],
};

const money: Dashboard = {
  slug: "money",
  title: "Money",
  panels: [
    { title: "Cost of an hour", unit: "currencyUSD", as: "stat", queries: [{ expr: perHour("") }] },
    {
      title: "Cost of a call",
      unit: "currencyUSD",
      as: "stat",
      queries: [{ expr: share(rate("cost", CHOSEN), all()) }],
    },
    {
      title: "Cost of an hour by endpoint",
      unit: "currencyUSD",
      stacked: true,
      queries: [{ expr: perHour("endpoint"), legend: "{{endpoint}}" }],
    },
    {
      title: "Cost of an hour by model",
      unit: "currencyUSD",
      stacked: true,
      queries: [{ expr: perHour("provider, model"), legend: "{{provider}}/{{model}}" }],
    },
    {
      title: "Cost of a call by release",
      unit: "currencyUSD",
      queries: [{ expr: share(rate("cost", CHOSEN, "release"), all("release")), legend: "{{release}}" }],
    },
    {
      title: "Budgets: share that is spent",
      unit: "percentunit",
      help: "Of the fullest subject of each budget.",
      queries: [
        {
          expr: `max by (budget) (${gauge("budgetSpent", CHOSEN_ENVIRONMENT)}) / max by (budget) (${gauge("budgetLimit", CHOSEN_ENVIRONMENT)})`,
          legend: "{{budget}}",
        },
      ],
    },
    {
      title: "Tokens by model",
      unit: "short",
      stacked: true,
      queries: [{ expr: rate("tokens", CHOSEN, "provider, model"), legend: "{{provider}}/{{model}}" }],
    },
    {
      title: "Input that prompt caches held",
      unit: "percentunit",
      queries: [
        {
          expr: share(
            rate("tokens", `${CHOSEN},class="cached_input"`, "model"),
            rate("tokens", `${CHOSEN},class=~"input|cached_input|cache_write"`, "model"),
          ),
          legend: "{{model}}",
        },
      ],
    },
    {
      title: "Answers from the cache",
      unit: "percentunit",
      queries: [
        {
          expr: share(rate("calls", `${CHOSEN},tier=~"cache:.*"`, "endpoint"), all("endpoint")),
          legend: "{{endpoint}}",
        },
      ],
    },
    {
      title: "Calls that a budget refused",
      unit: "reqps",
      queries: [{ expr: rate("budgetRefused", CHOSEN_ENVIRONMENT) }],
    },
  ],
};

const MODEL = "provider, model";
const MODEL_NAME = "{{provider}}/{{model}}";
const OPERATION = "gen_ai_provider_name, gen_ai_request_model";
const OPERATION_NAME = "{{gen_ai_provider_name}} {{gen_ai_request_model}}";

const providers: Dashboard = {
  slug: "providers",
  title: "Providers",
  panels: [
    {
      title: "Attempts",
      unit: "reqps",
      stacked: true,
      queries: [{ expr: rate("attempts", CHOSEN, MODEL), legend: MODEL_NAME }],
    },
    {
      title: "Failed attempts by error",
      unit: "reqps",
      stacked: true,
      queries: [{ expr: rate("attemptErrors", CHOSEN_ENVIRONMENT, "provider, code"), legend: "{{provider}} {{code}}" }],
    },
    {
      title: "Share of attempts that failed",
      unit: "percentunit",
      queries: [
        {
          expr: share(rate("attemptErrors", CHOSEN_ENVIRONMENT, MODEL), rate("attempts", CHOSEN_ENVIRONMENT, MODEL)),
          legend: MODEL_NAME,
        },
      ],
    },
    {
      title: "Circuit breakers that are open",
      unit: "short",
      queries: [{ expr: `max by (${MODEL}) (${gauge("breakerOpen", CHOSEN_ENVIRONMENT)})`, legend: MODEL_NAME }],
    },
    {
      title: "Duration of attempts, p95",
      unit: "s",
      queries: [{ expr: quantile(0.95, "operationDuration", { filter: "", by: OPERATION }), legend: OPERATION_NAME }],
    },
    {
      title: "First bytes of streams, p95",
      unit: "s",
      queries: [{ expr: quantile(0.95, "timeToFirstChunk", { filter: "", by: OPERATION }), legend: OPERATION_NAME }],
    },
    {
      title: "Time for each output token, p95",
      unit: "s",
      help: "As clients saw it, by endpoint.",
      queries: [
        {
          expr: quantile(0.95, "timePerOutputToken", { filter: "", by: "gen_ai_request_model" }),
          legend: "{{gen_ai_request_model}}",
        },
      ],
    },
    {
      title: "Attempts under way",
      unit: "short",
      stacked: true,
      queries: [{ expr: `sum by (${MODEL}) (${gauge("attemptsInFlight", CHOSEN_ENVIRONMENT)})`, legend: MODEL_NAME }],
    },
    {
      title: "Calls that a fallback answered",
      unit: "reqps",
      stacked: true,
      queries: [
        {
          expr: rate("calls", `${CHOSEN},tier=~"fallback:.*|stale"`, "endpoint, tier"),
          legend: "{{endpoint}} {{tier}}",
        },
      ],
    },
  ],
};

const INSTANCE = "{{instance}}";

const itself: Dashboard = {
  slug: "itself",
  title: "Rollward itself",
  panels: [
    { title: "Replicas", unit: "short", as: "stat", queries: [{ expr: `max(${gauge("replicas")})` }] },
    {
      title: "Database",
      unit: "short",
      as: "stat",
      help: "1 where it answers and takes what is written.",
      queries: [{ expr: `min(${gauge("databaseUp")})` }],
    },
    { title: "Leaders", unit: "short", as: "stat", queries: [{ expr: `sum(${gauge("leader")})` }] },
    {
      title: "Emergency stops",
      unit: "short",
      as: "stat",
      queries: [{ expr: `max(sum by (instance) (${gauge("pauses", CHOSEN_ENVIRONMENT)}))` }],
    },
    {
      title: "Event loop: how late",
      unit: "s",
      queries: [{ expr: gauge("loopDelay"), legend: `${INSTANCE} p{{percentile}}` }],
    },
    { title: "Database: time to answer", unit: "s", queries: [{ expr: gauge("databasePing"), legend: INSTANCE }] },
    {
      title: "Calls that wait to be recorded",
      unit: "short",
      queries: [{ expr: gauge("recordsWaiting"), legend: INSTANCE }],
    },
    {
      title: "What was lost",
      unit: "short",
      help: "Records, evidence and cells of series that could not be kept.",
      queries: [
        { expr: `sum by (part) (increase(${name("recordsDropped")}[$__rate_interval]))`, legend: "records: {{part}}" },
        { expr: `sum(increase(${name("evidenceDropped")}[$__rate_interval]))`, legend: "evidence" },
        { expr: `sum(increase(${name("seriesDropped")}[$__rate_interval]))`, legend: "series" },
        { expr: `sum(increase(${name("unobserved")}[$__rate_interval]))`, legend: "sessions not observed" },
      ],
    },
    {
      title: "Calls that wait for a limit",
      unit: "short",
      queries: [{ expr: `sum by (environment) (${gauge("queued", CHOSEN_ENVIRONMENT)})`, legend: "{{environment}}" }],
    },
    {
      title: "How long the first of them has waited",
      unit: "s",
      queries: [{ expr: `max by (environment) (${gauge("queueAge", CHOSEN_ENVIRONMENT)})`, legend: "{{environment}}" }],
    },
    {
      title: "Refused: limits, overload, no key",
      unit: "reqps",
      queries: [
        { expr: rate("limited", CHOSEN_ENVIRONMENT), legend: "limits" },
        { expr: rate("shed", CHOSEN_ENVIRONMENT), legend: "overload" },
        { expr: `sum(rate(${name("refused")}[$__rate_interval]))`, legend: "no key" },
      ],
    },
    {
      title: "Load against its threshold",
      unit: "short",
      queries: [{ expr: `max by (instance) (${gauge("strain", CHOSEN_ENVIRONMENT)})`, legend: INSTANCE }],
    },
    {
      title: "Processor",
      unit: "percentunit",
      queries: [{ expr: `rate(${name("cpu")}[$__rate_interval])`, legend: INSTANCE }],
    },
    {
      title: "Memory",
      unit: "bytes",
      queries: [
        { expr: gauge("memory"), legend: `${INSTANCE} resident` },
        { expr: gauge("heap"), legend: `${INSTANCE} heap` },
      ],
    },
  ],
};

/** Every dashboard of deploy/grafana. */
export const DASHBOARDS: readonly Dashboard[] = [overview, rollouts, money, providers, itself];
