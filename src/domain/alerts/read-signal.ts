import { sharedRefusalsIn } from "../limits/refused-by.ts";
import { countOf, quantileOf } from "../series/histogram.ts";
import type { SeriesHistogram, SeriesTally } from "../series/series-cell.ts";
import type { CallSignalName, Signal } from "./signal.ts";

/** What a signal of calls was, and on how many of them it rests. `null`: nothing to say. */
export interface SignalValue {
  readonly value: number | null;
  readonly count: number;
}

/** Codes under which a call ends that its provider did not want to answer. */
const REFUSALS = ["provider_content_policy"] as const;

const MICRO = 1_000_000;
const MINUTE_MS = 60_000;

const NOTHING: SignalValue = { value: null, count: 0 };

/** Reads a signal from what the calls of `lengthMs` came to; `undefined` is none. */
export function readSignal(
  { name, quantile, code }: Pick<Signal, "name" | "quantile" | "code">,
  tally: SeriesTally | undefined,
  lengthMs: number,
): SignalValue {
  if (name === "calls-per-minute")
    return { value: ((tally?.calls ?? 0) * MINUTE_MS) / lengthMs, count: tally?.calls ?? 0 };
  if (tally === undefined) return NOTHING;
  const { calls, judged } = tally;
  switch (name) {
    case "error-share":
      return shareOf(code === undefined ? tally.faults : (tally.errors[code] ?? 0), calls);
    case "refusal-share":
      return shareOf(
        REFUSALS.reduce((sum, each) => sum + (tally.errors[each] ?? 0), 0),
        calls,
      );
    case "over-limit-share":
      return shareOf(sharedRefusalsIn(tally), calls);
    case "latency":
      return quantileIn(tally, "latency", quantile);
    case "first-token":
      return quantileIn(tally, "firstToken", quantile);
    case "cost-per-minute":
      return calls === 0 && tally.costPico === 0n
        ? NOTHING
        : { value: (Number(tally.costPico) * MINUTE_MS) / lengthMs, count: calls };
    case "quality":
      return judged.count === 0 ? NOTHING : { value: judged.sumMicro / MICRO / judged.count, count: judged.count };
    case "feedback":
      return shareOf(tally.thumbsUp, tally.thumbsUp + tally.thumbsDown);
    default:
      return NOTHING;
  }
}

/** Signals that are read from tallies of calls. */
export const isOfCalls = (name: Signal["name"]): name is CallSignalName => CALL_SIGNALS.has(name);

const CALL_SIGNALS: ReadonlySet<string> = new Set<CallSignalName>([
  "error-share",
  "refusal-share",
  "over-limit-share",
  "latency",
  "first-token",
  "cost-per-minute",
  "calls-per-minute",
  "quality",
  "feedback",
  "slo",
]);

/** Histograms that a signal needs. */
export const histogramsOf = ({ name }: Pick<Signal, "name">): readonly SeriesHistogram[] =>
  name === "latency" ? ["latency"] : name === "first-token" ? ["firstToken"] : [];

const shareOf = (part: number, count: number): SignalValue => (count === 0 ? NOTHING : { value: part / count, count });

function quantileIn(tally: SeriesTally, which: SeriesHistogram, q = 0.95): SignalValue {
  const found = quantileOf(tally[which], q);
  return found === null ? NOTHING : { value: found.ms, count: countOf(tally[which]) };
}
