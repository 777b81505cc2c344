import type { Fault } from "./fault.ts";

/** One chat completion that reached the server. */
export interface SeenCall {
  /** Counts from 1 for each model. */
  readonly n: number;
  readonly model: string;
  readonly stream: boolean;
  readonly fault: Fault | null;
  readonly path: string;
  /** As received, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** As received. */
  readonly body: Buffer;
}

/** A call whose client left before its answer was complete. */
export interface AbortedCall {
  readonly n: number;
  readonly model: string;
  /** When the server noticed, on its clock's monotonic scale, milliseconds. */
  readonly noticedAtMs: number;
  /** The same since the request had arrived. */
  readonly afterMs: number;
}

/** What the server has seen since it started. */
export interface SimulatedStats {
  /** Chat completions asked for. */
  readonly calls: number;
  /** Answers under way. */
  readonly open: number;
  readonly connections: number;
  readonly aborted: number;
  readonly lastAborted: readonly AbortedCall[];
  /** Newest last. */
  readonly lastCalls: readonly SeenCall[];
  readonly callsByModel: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
}

/** Calls remembered with headers and body, and the bytes that all their bodies may hold. */
const MOST_CALLS = 32;
const MOST_BYTES = 32 * 1024 * 1024;

/** Counts what happens, and remembers the newest calls. */
export class Ledger {
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<Fault, number>();
  readonly #calls: SeenCall[] = [];
  readonly #aborted: AbortedCall[] = [];
  #bytes = 0;
  #total = 0;
  #abortedTotal = 0;

  /** The number of the next call to a model. */
  count(model: string): number {
    const n = (this.#counts.get(model) ?? 0) + 1;
    this.#counts.set(model, n);
    this.#total += 1;
    return n;
  }

  remember(call: SeenCall): void {
    if (call.fault !== null) this.#faults.set(call.fault, (this.#faults.get(call.fault) ?? 0) + 1);
    this.#calls.push(call);
    this.#bytes += call.body.length;
    // The newest is kept whatever its size.
    while (this.#calls.length > MOST_CALLS || (this.#bytes > MOST_BYTES && this.#calls.length > 1)) {
      this.#bytes -= this.#calls.shift()?.body.length ?? 0;
    }
  }

  aborted(call: AbortedCall): void {
    this.#abortedTotal += 1;
    this.#aborted.push(call);
    if (this.#aborted.length > MOST_CALLS) this.#aborted.shift();
  }

  stats(now: Pick<SimulatedStats, "open" | "connections">): SimulatedStats {
    return {
      ...now,
      calls: this.#total,
      aborted: this.#abortedTotal,
      lastAborted: [...this.#aborted],
      lastCalls: [...this.#calls],
      callsByModel: Object.fromEntries(this.#counts),
      faults: Object.fromEntries(this.#faults),
    };
  }
}
