import type { Dashboard } from "../dashboard.ts";
import { CHOSEN, CHOSEN_ENVIRONMENT, gauge, quantile, rate } from "../promql.ts";
import { share } from "./panel-terms.ts";

const MODEL = "provider, model";
const MODEL_NAME = "{{provider}}/{{model}}";
const OPERATION = "gen_ai_provider_name, gen_ai_request_model";
const OPERATION_NAME = "{{gen_ai_provider_name}} {{gen_ai_request_model}}";

/** How models and their providers answer. */
export const PROVIDERS: Dashboard = {
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
