import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { estimateTokens } from "../../domain/context/estimate-tokens.ts";
import type { Tokenizer } from "../../domain/context/context-policy.ts";
import type { TokenCounter, TokenCounters } from "../../ports/token-counter.ts";

/** Longer texts are estimated: an exact count of this many characters holds up all calls for some 30 ms. */
const MOST_EXACT = 200_000;
/** Shorter texts are counted faster than they are looked up. */
const LEAST_KEPT = 200;
/** Texts whose count is kept, some 150 bytes each: the earlier turns of conversations come again with every turn. */
const KEPT = 50_000;

const ESTIMATE: TokenCounter = { isExact: false, count: estimateTokens };

/** Counters of all families. The tables of an encoding take some 30 MB and are loaded when first needed. */
export function createTokenCounters(): TokenCounters {
  const loading = new Map<Tokenizer, Promise<TokenCounter>>();
  return {
    of(tokenizer) {
      const known = loading.get(tokenizer);
      if (known !== undefined) return known;
      const counter = load(tokenizer);
      loading.set(tokenizer, counter);
      return counter;
    },
  };
}

async function load(tokenizer: Tokenizer): Promise<TokenCounter> {
  if (tokenizer === "estimate") return ESTIMATE;
  const { countTokens } =
    tokenizer === "o200k_base"
      ? await import("gpt-tokenizer/encoding/o200k_base")
      : await import("gpt-tokenizer/encoding/cl100k_base");
  // What looks like a special token is text of users here.
  return exactCounter((text) => countTokens(text, { disallowedSpecial: new Set() }));
}

function exactCounter(count: (text: string) => number): TokenCounter {
  const kept = new LRUCache<string, number>({ max: KEPT });
  return {
    isExact: true,
    count(text) {
      if (text.length < LEAST_KEPT) return count(text);
      if (text.length > MOST_EXACT) return estimateTokens(text);
      const key = createHash("sha256").update(text).digest("base64");
      const known = kept.get(key);
      if (known !== undefined) return known;
      const counted = count(text);
      kept.set(key, counted);
      return counted;
    },
  };
}
