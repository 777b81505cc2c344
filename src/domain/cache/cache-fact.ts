import type { MeteredUsage } from "../money/price.ts";
import type { SemanticFact } from "./semantic-fact.ts";
import type { RequestBar } from "./request-bar.ts";
import type { StoreBar } from "./answer-bar.ts";

/** What the cache gave for a call: an answer, nothing, an old answer when all else had failed, or it was not asked. */
export type CacheStatus = "hit" | "miss" | "stale" | "bypass";

/** What the record keeps of a call's way past the cache. */
export interface CacheFact {
  readonly status: CacheStatus;
  /** Key of the answer, 64 hex digits; `null` where the request has none. */
  readonly key: string | null;
  /** Why the cache was not asked: a property of the request, or that the session is evidence of a rollout. */
  readonly bypassed: RequestBar | "rollout" | null;
  /** Whether the answer was kept, or why not; `null` where that was no question. */
  readonly kept: "stored" | StoreBar | null;
  /** Time spent waiting for the answer of an identical call, ms. */
  readonly waitedMs: number;
  /** Of the answer that was given again; `null` for a fresh one. */
  readonly source: CacheSource | null;
  /** The search for a question that means the same; absent where there was none. */
  readonly semantic?: SemanticFact;
}

/** Where an answer came from that was given again, and what that saved. */
export interface CacheSource {
  readonly callId: string;
  readonly ageMs: number;
  /** Of the call that made the answer. Nothing of it counts as used in this call. */
  readonly usage: MeteredUsage | null;
  /** Decimal pico-dollars that the call which made the answer had cost. */
  readonly savedPico: string;
}
