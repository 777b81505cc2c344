import type { AlertSettings } from "../alerts/alert-settings.ts";
import type { Alert } from "../alerts/alert.ts";
import type { SignalName } from "../alerts/signal.ts";
import type { Slo } from "../slo/slo.ts";
import type { FigureName } from "./figures-of.ts";

/** The number that a signal is about. */
const FIGURE_OF: { readonly [S in SignalName]?: FigureName } = {
  "error-share": "errors",
  "over-limit-share": "errors",
  latency: "first-token",
  "first-token": "first-token",
  "cost-per-minute": "cost",
  "budget-share": "cost",
  "budget-forecast": "cost",
  quality: "quality",
  feedback: "quality",
  "refusal-share": "quality",
};

/** Which rule fires about each number: only then it is red. */
export function firingOf(
  alerts: readonly Pick<Alert, "rule">[],
  { rules, slos }: Pick<AlertSettings, "rules" | "slos">,
): ReadonlyMap<FigureName, string> {
  const firing = new Map<FigureName, string>();
  for (const { rule } of alerts) {
    const signal = rules.find(({ name }) => name === rule)?.signal.name;
    const figure = signal === "slo" ? figureOfSlo(rule, slos) : signal === undefined ? undefined : FIGURE_OF[signal];
    if (figure !== undefined && !firing.has(figure)) firing.set(figure, rule);
  }
  return firing;
}

const OF_INDICATOR: Readonly<Record<string, FigureName>> = {
  availability: "errors",
  latency: "first-token",
  "first-token": "first-token",
  spend: "cost",
  quality: "quality",
};

/** Rules of service levels are called `slo:<name>:<speed>`. */
const figureOfSlo = (rule: string, slos: readonly Slo[]): FigureName | undefined =>
  OF_INDICATOR[slos.find(({ name }) => rule.startsWith(`slo:${name}:`))?.indicator.type ?? ""];
