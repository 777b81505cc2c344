import { PUSHY } from "./project.ts";
import type { SentCall } from "./load.ts";

/** One phase of the run. Latencies are of calls answered 200. */
export interface PhaseFigures {
  readonly name: string;
  readonly sent: number;
  readonly answered200: number;
  /** By a limit or a budget, as their policies say. */
  readonly refused: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Over the baseline. */
  readonly addedP99Ms: number;
  /** Calls that were answered and are not among the recorded ones. */
  readonly lost: number;
  /** What failed, and how often. */
  readonly faults: ReadonlyMap<string, number>;
}

/** What a limit or a budget may answer. */
const REFUSALS: ReadonlySet<string | null> = new Set(["rate_limited", "budget_spent", "budget_held", "budget_unknown"]);

const isRefusal = ({ status, code }: SentCall): boolean => status !== 0 && REFUSALS.has(code);

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

const okMs = (calls: readonly SentCall[]): readonly number[] =>
  calls.filter(({ status }) => status === 200).map(({ ms }) => ms);

/** Figures of every phase in order; `baseline` is what the others are compared with. */
export function figuresOf(
  calls: readonly SentCall[],
  {
    phases,
    baseline,
    recorded,
  }: { readonly phases: readonly string[]; readonly baseline: string; readonly recorded: ReadonlySet<string> },
): readonly PhaseFigures[] {
  const of = (name: string): readonly SentCall[] => calls.filter(({ phase }) => phase === name);
  const usual = quantile(okMs(of(baseline)), 0.99);
  return phases.map((name) => {
    const own = of(name);
    const ok = okMs(own);
    const bad = own.filter((call) => call.status !== 200 && !isRefusal(call));
    const faults = new Map<string, number>();
    for (const { status, code } of bad) {
      const what = `${status} ${code}`;
      faults.set(what, (faults.get(what) ?? 0) + 1);
    }
    const p99Ms = quantile(ok, 0.99);
    return {
      name,
      sent: own.length,
      answered200: ok.length,
      refused: own.filter(isRefusal).length,
      failed: bad.length,
      p50Ms: quantile(ok, 0.5),
      p99Ms,
      longestMs: ok.reduce((most, ms) => Math.max(most, ms), 0),
      addedP99Ms: p99Ms - usual,
      lost: own.filter(({ id }) => id !== null && !recorded.has(id)).length,
      faults,
    };
  });
}

const WINDOW_MS = 60_000;

/** The fullest minute of the tenant that pushes against its limit, as a share of what the limit lets in. */
export function fullestMinute(calls: readonly SentCall[]): number {
  const admitted = calls
    .filter(({ caller, status }) => caller === PUSHY.tenant && status === 200)
    .map(({ at }) => at)
    .toSorted((one, other) => one - other);
  let [from, most] = [0, 0];
  for (const [index, at] of admitted.entries()) {
    while ((admitted[from] ?? at) <= at - WINDOW_MS) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most / PUSHY.requestsPerMinute;
}
