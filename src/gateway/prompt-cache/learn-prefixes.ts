import type { AttemptRecord } from "../../domain/call/call-record.ts";
import { cacheSavedPico } from "../../domain/prompt-cache/pays-to-write.ts";
import type { PromptCacheFact } from "../../domain/prompt-cache/prompt-cache-fact.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
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
  for (const { provider, model, usage } of call.attempts) {
    const price = priceWhereCounted(call, provider, { model, usage });
    if (price === undefined || usage === null) continue;
    prefixes.tally.add({ endpoint, release, model: `${provider}/${model}` }, { usage, price, marks });
    marks = 0;
  }
}

/**
 * What the providers' prompt caches had to do with a call, by their own counts, also where they keep what nobody asked
 * them to; `null` where nothing was kept, read or asked for.
 */
export function promptCacheFactOf(call: OpenCall): PromptCacheFact | null {
  let readTokens = 0;
  let writtenTokens = 0;
  let savedPico = 0n;
  for (const { provider, model, usage } of call.attempts) {
    const price = priceWhereCounted(call, provider, { model, usage });
    if (price === undefined || usage === null) continue;
    readTokens += usage.cachedInput;
    writtenTokens += usage.cacheWrite;
    savedPico += cacheSavedPico(usage, price);
  }
  const marks = marksOf(call);
  if (marks === 0 && readTokens + writtenTokens === 0) return null;
  return { readTokens, writtenTokens, marks, savedPico: savedPico.toString() };
}

const marksOf = ({ sentRequests }: OpenCall): number =>
  sentRequests === undefined ? 0 : sentRequests.reduce((sum, sent) => sum + sent.marks, 0);

/** The price of an attempt whose provider has counted; what we have only estimated says nothing of a cache. */
function priceWhereCounted(
  { settings }: OpenCall,
  provider: string,
  { model, usage }: Pick<AttemptRecord, "model" | "usage">,
): TokenPrice | undefined {
  if (usage === null || (usage.estimated && usage.cachedInput + usage.cacheWrite === 0)) return undefined;
  return settings.providers.get(provider)?.prices.get(model);
}
