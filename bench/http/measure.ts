import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bodyFor } from "./contestants.ts";
import type { Contestant } from "./contestants.ts";
import type { LoadOrder, LoadResult } from "./load.ts";

const CONNECTIONS = 32;
/** Streams per second when first tokens are timed: far from saturation. */
const STREAM_RATE = 40;

/** One round of one contestant. What failed altogether is `null`. */
export interface Round {
  /** Answers with status 200 per second, as fast as they come. */
  readonly rps: number;
  readonly chunksPerSec: number | null;
  /** Over the upstream asked directly at the same rate, ms. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  readonly addedFirstTokenMs: number | null;
  /** Answers that were not 200. */
  readonly errors: number;
}

/** How a round is measured. */
export interface RoundTerms {
  readonly direct: Contestant;
  /** Of each measurement. */
  readonly seconds: number;
  /** Calls per second for latencies; `null` is half of what the contestant just did. */
  readonly rate: number | null;
}

/** What to ask a contestant. */
export function orderFor(
  contestant: Contestant,
  rest: Pick<LoadOrder, "mode" | "seconds"> & Partial<LoadOrder>,
  stream = false,
): LoadOrder {
  const { port, headers } = contestant;
  const body = bodyFor(contestant, stream);
  return { port, path: "/v1/chat/completions", headers, body, connections: CONNECTIONS, ...rest };
}

/** Runs one measurement in a process of its own. */
export function load(order: LoadOrder): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("load.ts", import.meta.url)));
  return new Promise((resolve, reject) => {
    child.once("message", (message: LoadResult | { failed: string }) => {
      child.kill();
      if ("failed" in message) reject(new Error(message.failed));
      else resolve(message);
    });
    child.send(order);
  });
}

/** Measures a contestant once: saturation, latencies below it, streams, first tokens. */
export async function measure(contestant: Contestant, { direct, seconds, rate }: RoundTerms): Promise<Round> {
  const closed = await load(orderFor(contestant, { mode: "closed", seconds }));
  const pace = { mode: "open", seconds, ratePerSecond: rate ?? Math.max(1, closed.callsPerSecond / 2) } as const;
  const open = await load(orderFor(contestant, pace));
  const streams = await load(orderFor(contestant, { mode: "closed", seconds }, true));
  const slow = { mode: "open", seconds, ratePerSecond: STREAM_RATE } as const;
  const first = await load(orderFor(contestant, slow, true));
  const isDirect = contestant === direct;
  const openDirect = isDirect ? open : await load(orderFor(direct, pace));
  const firstDirect = isDirect ? first : await load(orderFor(direct, slow, true));
  const streamed = streams.errors === 0 && first.errors === 0;
  return {
    rps: closed.callsPerSecond,
    chunksPerSec: streamed ? streams.eventsPerSecond : null,
    addedP50Ms: open.p50Ms - openDirect.p50Ms,
    addedP99Ms: open.p99Ms - openDirect.p99Ms,
    addedFirstTokenMs: streamed ? first.firstEventP50Ms - firstDirect.firstEventP50Ms : null,
    errors: closed.errors + open.errors + streams.errors + first.errors,
  };
}

/** Resident memory of a process and its high-water mark, MB. */
export function memoryOf(contestant: Contestant): { readonly rss: number; readonly peak: number } {
  const status = readFileSync(`/proc/${contestant.process.pid}/status`, "utf8");
  const read = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { rss: read("VmRSS"), peak: read("VmHWM") };
}
