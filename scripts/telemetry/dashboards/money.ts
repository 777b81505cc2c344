import type { Dashboard } from "../dashboard.ts";
import { CHOSEN, CHOSEN_ENVIRONMENT, gauge, rate } from "../promql.ts";
import { all, perHour, share } from "./panel-terms.ts";

/** What calls cost. */
export const MONEY: Dashboard = {
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
