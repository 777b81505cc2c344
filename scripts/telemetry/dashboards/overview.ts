import type { Dashboard, Panel } from "../dashboard.ts";
import { CHOSEN, CHOSEN_ENVIRONMENT, gauge, quantile, rate } from "../promql.ts";
import { all, answered, perHour, share } from "./panel-terms.ts";

const latency = (metric: "callDuration" | "callFirstToken"): Panel["queries"] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, { filter: CHOSEN }), legend: `p${q * 100}` }));

/** How everything is going. */
export const OVERVIEW: Dashboard = {
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
