import type { Dashboard } from "../dashboard.ts";
import { CHOSEN_ENVIRONMENT, gauge, name, rate } from "../promql.ts";

const INSTANCE = "{{instance}}";

/** How Rollward itself is doing. */
export const ITSELF: Dashboard = {
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
