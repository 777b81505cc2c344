import type { CallFacts } from "../call/call-record.ts";
import type { TokenPrice, TokenUsage } from "../money/price.ts";
import { meanTokens, pricePerThousand } from "./call-price.ts";
import type { MeanTokens } from "./call-price.ts";
import type { ModelTarget, ReleaseContent } from "./release.ts";

/** How far back recorded calls are looked for, days. */
export const PRICED_DAYS = 7;

/** The same in milliseconds. */
export const PRICED_MS = PRICED_DAYS * 86_400_000;

/** Recorded calls that a price rests on, the newest: a mean of a thousand moves by some per cent at most. */
export const PRICED_CALLS = 1_000;

/** What a release costs. Prices are pico-dollars. */
export interface ReleasePrice {
  readonly target: ModelTarget | null;
  /** Of a thousand calls that use tokens like the recorded ones; `null` without calls, or without a price. */
  readonly perThousand: bigint | null;
  readonly price: TokenPrice | null;
}

/** The price of two releases for the same calls. */
export interface PriceComparison {
  /** Recorded calls that it rests on. */
  readonly calls: number;
  readonly mean: MeanTokens | null;
  readonly before: ReleasePrice;
  readonly after: ReleasePrice;
  /** Relative: 0.1 is a tenth dearer; `null` where one of the two is not known or costs nothing. */
  readonly change: number | null;
}

/** The price in force of a model; `null` where nobody knows it. */
export type PriceOf = (target: ModelTarget) => TokenPrice | null;

/** The tokens of users' calls that a model answered and somebody counted or estimated; those of replays and copies are none. */
export const usagesOf = (calls: readonly CallFacts[]): readonly TokenUsage[] =>
  calls.flatMap(({ outcome, usage, backtest, arm }) =>
    outcome === "ok" && usage !== null && backtest === undefined && arm !== "shadow" ? [usage] : [],
  );

/** Prices two releases by their first model for the same tokens. `before` is `null` for an endpoint's first release. */
export function comparePrices(
  { before, after }: { readonly before: ReleaseContent | null; readonly after: ReleaseContent },
  usages: readonly TokenUsage[],
  priceOf: PriceOf,
): PriceComparison {
  const of = (content: ReleaseContent | null): ReleasePrice => {
    const target = content?.models[0] ?? null;
    const price = target === null ? null : priceOf(target);
    return { target, price, perThousand: price === null ? null : pricePerThousand(usages, price) };
  };
  const [old, fresh] = [of(before), of(after)];
  return {
    calls: usages.length,
    mean: meanTokens(usages),
    before: old,
    after: fresh,
    change:
      old.perThousand === null || fresh.perThousand === null || old.perThousand === 0n
        ? null
        : Number(fresh.perThousand) / Number(old.perThousand) - 1,
  };
}

const PICO = 1e12;

/** Pico-dollars as dollars. */
export const usdOf = (pico: bigint | null): number | null => (pico === null ? null : Number(pico) / PICO);

const dollars = (pico: bigint): string => {
  const usd = Number(pico) / PICO;
  return `$${usd.toFixed(usd !== 0 && usd < 1 ? 4 : 2)}`;
};

const nameOf = (target: ModelTarget | null): string =>
  target === null ? "no model" : `${target.provider}/${target.model}`;

/** The comparison as a sentence, with what it rests on. `days` is how far back calls were looked for. */
export function priceWords({ calls, before, after, change }: PriceComparison, days: number): string {
  if (calls === 0) return `unknown per call: no calls with counted tokens were recorded in the last ${days} days.`;
  if (after.perThousand === null) return `unknown: nothing is known of the price of ${nameOf(after.target)}.`;
  const basis = `for the same tokens as ${calls} recorded ${calls === 1 ? "call" : "calls"} of the last ${days} days`;
  if (before.perThousand === null) return `${dollars(after.perThousand)} per 1,000 calls, ${basis}.`;
  const same = before.perThousand === after.perThousand;
  const moved = change === null ? "" : ` (${change > 0 ? "+" : "−"}${Math.abs(change * 100).toFixed(1)} %)`;
  if (same) return `${dollars(after.perThousand)} per 1,000 calls with either, ${basis}.`;
  return `${dollars(before.perThousand)} → ${dollars(after.perThousand)} per 1,000 calls${moved}, ${basis}.`;
}
