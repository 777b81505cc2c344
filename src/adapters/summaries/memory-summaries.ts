import { LRUCache } from "lru-cache";
import { sha256Hex } from "../../kit/hash.ts";
import type { Summaries } from "../../ports/summaries.ts";

/** Summaries in memory, of at most `maxBytes` together; those unused for longest go first. */
export function createMemorySummaries(maxBytes: number): Summaries {
  const kept = new LRUCache<string, string>({ maxSize: maxBytes, sizeCalculation: (text) => 2 * text.length + 200 });
  return {
    keyOf: (model, { messages }) => sha256Hex(`${model}\n${JSON.stringify(messages)}`),
    get: (key) => kept.get(key),
    keep: (key, summary) => void kept.set(key, summary),
  };
}
