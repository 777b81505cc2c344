import type { Dashboard } from "../dashboard.ts";
import { CHOSEN, gauge, name, quantile, rate } from "../promql.ts";
import { share } from "./panel-terms.ts";

const byArm = (metric: "callFaults" | "cost" | "calls"): string => rate(metric, CHOSEN, "endpoint, release, arm");
const ARM = "{{release}} {{arm}}";

/** How releases come into use. */
export const ROLLOUTS: Dashboard = {
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
