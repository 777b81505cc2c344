import { DEFAULT_WINDOWS, SLO_PERIOD_MS } from "../../domain/slo/slo.ts";
import type { BurnWindow, Slo, SloIndicator } from "../../domain/slo/slo.ts";
import { SLO_LEAST_COUNT } from "../schema/slos-schema.ts";
import type { SloInput } from "../schema/slos-schema.ts";

/** The service levels of a project. */
export const buildSlos = (slos: Readonly<Record<string, SloInput>> = {}): readonly Slo[] =>
  Object.entries(slos).map(([name, input]) => ({
    name,
    description: input.description ?? null,
    endpoint: input.endpoint,
    indicator: indicatorOf(input),
    objective: input.objective ?? 0,
    periodMs: input.period ?? SLO_PERIOD_MS,
    windows: windowsOf(input),
    leastCount: input.count ?? SLO_LEAST_COUNT,
    runbook: input.runbook ?? null,
    labels: input.labels ?? {},
  }));

/** What lacks a bound is a mistake of the file and does not come here. */
function indicatorOf(input: SloInput): SloIndicator {
  const { indicator, refusals, below = 1, at_least: atLeast = 1, at_most: atMost = 1n } = input;
  switch (indicator) {
    case "latency":
      return { type: "latency", belowMs: below };
    case "first_token":
      return { type: "first-token", belowMs: below };
    case "quality":
      return { type: "quality", atLeast };
    case "spend":
      return { type: "spend", atMostPico: Number(atMost) };
    default:
      return { type: "availability", ...(refusals === "ignored" && { ignoresRefusals: true }) };
  }
}

const NAMES = {
  page_quick: "page-quick",
  page_slow: "page-slow",
  ticket_quick: "ticket-quick",
  ticket_slow: "ticket-slow",
} as const satisfies Record<string, BurnWindow["name"]>;

/** The pairs of windows that a service level names, or the default ones. */
export function windowsOf({ windows }: Pick<SloInput, "windows">): readonly BurnWindow[] {
  if (windows === undefined) return DEFAULT_WINDOWS;
  return (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((key) => {
    const given = windows[key];
    if (given === undefined) return [];
    return [{ name: NAMES[key], budgetShare: given.budget, longMs: given.long, shortMs: given.short }];
  });
}
