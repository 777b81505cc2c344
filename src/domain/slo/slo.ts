/** What a service level counts as good. */
export type SloIndicator =
  /** The call did not fail for a reason that is not its own: what is everybody's is no caller's own. */
  | {
      readonly type: "availability";
      /** What a budget or limit of all callers refuses counts against it, unless this says otherwise. */
      readonly ignoresRefusals?: true;
    }
  /** An answered call was whole, or its first token came, within so long, ms. */
  | { readonly type: "latency" | "first-token"; readonly belowMs: number }
  /** A judged answer has at least this score, in [0, 1], in twentieths. */
  | { readonly type: "quality"; readonly atLeast: number }
  /** The whole period costs at most so many pico-dollars; the budget is all of it. */
  | { readonly type: "spend"; readonly atMostPico: number };

/** What a service level promises. */
export type SloPromise = Pick<Slo, "indicator" | "objective" | "periodMs">;

/** A pair of windows. It burns when both burn faster than `factor`. */
export interface BurnWindow {
  readonly name: "page-quick" | "page-slow" | "ticket-quick" | "ticket-slow";
  /** Share of the whole budget that is gone when the long window burns at `factor` throughout, in (0, 1]. */
  readonly budgetShare: number;
  readonly longMs: number;
  readonly shortMs: number;
}

/** A service level of one endpoint. */
export interface Slo {
  readonly name: string;
  readonly description: string | null;
  readonly endpoint: string;
  readonly indicator: SloIndicator;
  /** Share of good calls that is promised, in (0, 1). For `spend` unused and 0. */
  readonly objective: number;
  readonly periodMs: number;
  readonly windows: readonly BurnWindow[];
  /** With fewer calls in the long window there is no data. */
  readonly leastCount: number;
  readonly runbook: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The period where nobody names one. */
export const SLO_PERIOD_MS = 30 * DAY_MS;

/**
 * The pairs that Sloth takes from the Google SRE Workbook for 30 days: factors 14.4 and 6 wake somebody, 3 and 1 open a
 * ticket.
 */
export const DEFAULT_WINDOWS: readonly BurnWindow[] = [
  { name: "page-quick", budgetShare: 0.02, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  { name: "page-slow", budgetShare: 0.05, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
  { name: "ticket-quick", budgetShare: 0.1, longMs: DAY_MS, shortMs: 2 * HOUR_MS },
  { name: "ticket-slow", budgetShare: 0.1, longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS },
];

/** How many times as fast as allowed a budget burns if this share of it is gone after the long window: share × period / window. */
export const burnFactor = (
  { budgetShare, longMs }: Pick<BurnWindow, "budgetShare" | "longMs">,
  periodMs: number,
): number => (budgetShare * periodMs) / longMs;

/** Who is told of a pair. */
export const isPage = ({ name }: Pick<BurnWindow, "name">): boolean => name.startsWith("page");

/** What is wrong with the windows of a service level, in sentences; empty when nothing is. */
export function lintWindows(windows: readonly BurnWindow[], periodMs: number): readonly string[] {
  const found: string[] = [];
  const factors = windows.map((window) => burnFactor(window, periodMs));
  const slowest = Math.min(...factors);
  if (slowest > 1 + 1e-9) {
    const factor = Number(slowest.toFixed(2));
    found.push(
      `the slowest window tells only of a burn ${factor} times as fast as allowed: a slower one uses the budget up and nobody hears of it`,
    );
  }
  for (const { name, longMs, shortMs } of windows) {
    if (shortMs >= longMs) found.push(`the short window of ${name} is not shorter than its long one`);
    if (longMs > periodMs) found.push(`the long window of ${name} is longer than the period`);
  }
  return found;
}
