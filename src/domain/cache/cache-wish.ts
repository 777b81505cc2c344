import type { CachedAnswer } from "./cached-answer.ts";
import type { CachePolicy } from "./cache-policy.ts";

/** What a client says about kept answers. */
export interface CacheWish {
  /** Neither look for an answer nor keep one. */
  readonly bypass: boolean;
  /** Ask the provider, and keep the answer in the place of the older one. */
  readonly refresh: boolean;
  /** No answer to another question, however near it is. */
  readonly exact: boolean;
  /** Oldest answer that will do, ms; `null` is whatever the release allows. */
  readonly maxAgeMs: number | null;
}

/** The wish of a client that says nothing. */
export const NO_WISH: CacheWish = { bypass: false, refresh: false, exact: false, maxAgeMs: null };

/**
 * Reads the headers `Cache-Control` (RFC 9111, 5.2.1: `no-store`, `no-cache`, `max-age`) and `x-rollward-cache`
 * (`bypass`, `refresh`, `exact`). What is not known is passed over, as HTTP says. Of two the stricter holds.
 */
export function cacheWishOf(cacheControl: string | null, own: string | null): CacheWish {
  if (cacheControl === null && own === null) return NO_WISH;
  const directives = (cacheControl ?? "").slice(0, MAX_HEADER).toLowerCase().split(",");
  const said = new Map(directives.map((directive) => splitAt(directive.trim(), directive.trim().indexOf("="))));
  const command = own?.trim().toLowerCase();
  const seconds = SECONDS.exec(said.get("max-age") ?? "")?.[1] ?? null;
  return {
    bypass: said.has("no-store") || command === "bypass",
    refresh: said.has("no-cache") || command === "refresh",
    exact: command === "exact",
    maxAgeMs: seconds === null ? null : Number(seconds) * 1000,
  };
}

const MAX_HEADER = 1_000;

/** Bare, or in quotes as some clients write it. */
const SECONDS = /^"?(\d{1,10})"?$/;

const splitAt = (text: string, at: number): [string, string] =>
  at < 0 ? [text, ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];

/** What a kept answer is good for at a moment: an answer, one when all else fails, or nothing. */
export type Worth = "fresh" | "stale" | "gone";

/** Age of a kept answer, ms. An entry of a replica whose clock is ahead is new, not older than time. */
export const ageMsOf = (answer: Pick<CachedAnswer, "at">, now: number): number => Math.max(0, now - answer.at);

/** What an answer is worth to a client with a wish. */
export function worthOf(
  ageMs: number,
  { ttlMs, staleForMs }: Pick<CachePolicy, "ttlMs" | "staleForMs">,
  { refresh, maxAgeMs }: Pick<CacheWish, "refresh" | "maxAgeMs">,
): Worth {
  // Who asks for a new answer, or for a young one, is not given an older one in its place.
  if (refresh || (maxAgeMs !== null && ageMs > maxAgeMs)) return "gone";
  if (ageMs < ttlMs) return "fresh";
  return ageMs < ttlMs + staleForMs ? "stale" : "gone";
}
