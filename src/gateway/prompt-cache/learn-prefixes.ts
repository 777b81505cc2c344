import { cacheSavedPico } from "../../domain/prompt-cache/pays-to-write.ts";
import type { PromptCacheFact } from "../../domain/prompt-cache/prompt-cache-fact.ts";
import type { MeteredUsage, TokenPrice } from "../../domain/money/price.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";

/** Learns from the counts of every answer to a request that was steered, and adds up what caches have saved. */
export function learnPrefixes({ prefixes }: Gateway, call: OpenCall): void {
  for (const { prefix, source } of call.sentRequests ?? [])
    if (prefix !== null) prefixes.book.learn(prefix, source.facts.usage);
  const release = call.placement === null ? "" : releaseName(call.placement.release);
  const endpoint = call.aim?.type === "endpoint" ? call.aim.route.channel.endpoint : "";
  let marks = marksOf(call);
  for (const { provider, model, usage, price } of countedIn(call)) {
    prefixes.tally.add({ endpoint, release, model: `${provider}/${model}` }, { usage, price, marks });
    marks = 0;
  }
}

/**
 * What the providers' prompt caches had to do with a call, by their own counts, also where they keep what nobody asked
 * them to; `null` where nothing was kept, read or asked for.
 */
export function promptCacheFactOf(call: OpenCall): PromptCacheFact | null {
  const total = { readTokens: 0, writtenTokens: 0, savedPico: 0n };
  for (const { usage, price } of countedIn(call)) {
    total.readTokens += usage.cachedInput;
    total.writtenTokens += usage.cacheWrite;
    total.savedPico += cacheSavedPico(usage, price);
  }
  const marks = marksOf(call);
  if (marks === 0 && total.readTokens + total.writtenTokens === 0) return null;
  return { ...total, marks, savedPico: total.savedPico.toString() };
}

const marksOf = ({ sentRequests = [] }: OpenCall): number => sentRequests.reduce((sum, sent) => sum + sent.marks, 0);

interface Counted {
  readonly provider: string;
  readonly model: string;
  readonly usage: MeteredUsage;
  readonly price: TokenPrice;
}

/** Attempts whose provider has counted; what we have only estimated says nothing of a cache. */
const countedIn = ({ attempts, settings }: OpenCall): readonly Counted[] =>
  attempts.flatMap(({ provider, model, usage }) => {
    const price = settings.providers.get(provider)?.prices.get(model);
    if (price === undefined || usage === null) return [];
    return usage.estimated && usage.cachedInput + usage.cacheWrite === 0 ? [] : [{ provider, model, usage, price }];
  });
