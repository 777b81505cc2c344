import { percent, rounded } from "./figure-words.ts";
import type { Round } from "./measure.ts";
import type { TelemetrySeen } from "./telemetry.ts";

/** What a contestant does of what `rollward` does, which differs in nothing else. */
interface Shares {
  readonly ofRollward: number;
  readonly chunksOfRollward: number | null;
}

/** What it costs to be scraped, and to send traces and metrics as well. */
export interface TelemetryCost {
  readonly scraped: Shares;
  readonly exported: Shares;
  readonly seen: TelemetrySeen;
}

type Results = ReadonlyMap<string, Pick<Round, "rps" | "chunksPerSec">>;

function sharesOf(results: Results, name: string): Shares | null {
  const [plain, own] = [results.get("rollward"), results.get(name)];
  if (plain === undefined || own === undefined) return null;
  const [all, chunks] = [plain.chunksPerSec, own.chunksPerSec];
  return { ofRollward: own.rps / plain.rps, chunksOfRollward: all === null || chunks === null ? null : chunks / all };
}

/** Compares what was measured; `null` where telemetry was not. */
export function telemetryCost(results: Results, seen: TelemetrySeen | null): TelemetryCost | null {
  const [scraped, exported] = [sharesOf(results, "rollward-scraped"), sharesOf(results, "rollward-telemetry")];
  return scraped === null || exported === null || seen === null ? null : { scraped, exported, seen };
}

/** Says what it costs, and that it was really at work. */
export function printTelemetry({ scraped, exported, seen: { scrapes, traced, taken } }: TelemetryCost): void {
  const words = ({ ofRollward, chunksOfRollward }: Shares): string =>
    `${percent(ofRollward)} of the calls/s and ${percent(chunksOfRollward)} of the events/s of rollward`;
  console.log(`\nwith /metrics scraped every 5 s: ${words(scraped)}`);
  console.log(`with traces and metrics exported as well: ${words(exported)}`);
  console.log(
    `scraped ${scrapes} times; traces of ${traced.kept} calls kept, of ${traced.passedOver} passed over, ${traced.dropped} dropped; ` +
      `${traced.sentSpans} spans sent; the sink took ${taken.requests} requests, ${(taken.bytes / 1e6).toFixed(1)} MB`,
  );
}

const roundedShares = ({ ofRollward, chunksOfRollward }: Shares): object => ({
  ofRollward: rounded(ofRollward, 3),
  chunksOfRollward: rounded(chunksOfRollward, 3),
});

/** The member `telemetry` of the last line under `--json`. */
export const telemetrySummary = ({ scraped, exported, seen: { scrapes, traced, taken } }: TelemetryCost): object => ({
  scraped: roundedShares(scraped),
  exported: roundedShares(exported),
  scrapes,
  ...traced,
  sinkRequests: taken.requests,
  sinkBytes: taken.bytes,
});
