import type { Comparison } from "./compare-controls.ts";
import { WORTHWHILE } from "./compare-controls.ts";
import type { RoutingReport } from "./routing-report.ts";

const CONTROL_WORDS = {
  random: "a router that draws by lot and costs the same",
  length: "a router that looks at length alone and costs the same",
} as const;

const points = (share: number): string => `${(share * 100).toFixed(1)} points`;

/** One comparison in a sentence. */
export function comparisonWords({ control, gain, verdict, needed }: Comparison): string {
  const rival = CONTROL_WORDS[control];
  if (gain === null) return `Nothing can be said yet about ${rival}${neededWords(needed)}.`;
  const range = `${points(gain.mean)} of quality, between ${points(gain.low)} and ${points(gain.high)}`;
  switch (verdict) {
    case "beats":
      return `It beats ${rival}: by ${range}.`;
    case "does not beat":
      return `It does not beat ${rival}: the gain is ${range}, less than the ${points(WORTHWHILE)} that would be worth a router.`;
    default:
      return `Whether it beats ${rival} is open: the gain is ${range}${neededWords(needed)}.`;
  }
}

const neededWords = (needed: number | null): string =>
  needed === null ? "" : `; it takes about ${needed} sessions in all`;

/** The report's verdict in plain words. */
export function verdictWords({ verdict, needed, explore, sessions }: RoutingReport): string {
  if (verdict === "beats") return "This routing beats both controls at the same cost.";
  if (verdict === "does not beat")
    return "This routing does not beat its controls: the same money buys as much without it.";
  if (explore <= 0)
    return "Nothing can be said, because no session is drawn by lot: set `explore` to a share above 0%.";
  const about = needed === null ? "" : `, of about ${needed} that it takes`;
  return `Not enough sessions: ${sessions} so far${about}.`;
}
