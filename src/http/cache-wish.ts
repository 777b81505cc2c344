import { RollwardError } from "../domain/errors.ts";
import type { CacheWish } from "../domain/cache/cache-wish.ts";
import { cacheWishOf } from "../domain/cache/cache-wish.ts";
import { headerOf } from "./header-of.ts";
import type { WithHeaders } from "./header-of.ts";

/** What the client says about kept answers; `null` when it says nothing. */
export function cacheWishIn(request: WithHeaders): CacheWish | null {
  const control = headerOf(request, "cache-control");
  const own = headerOf(request, "x-rollward-cache");
  return control === null && own === null ? null : cacheWishOf(control, own);
}

/** Throws `invalid_request` for a word in `x-rollward-cache` that means nothing. */
export function checkCacheWish(request: WithHeaders): void {
  const own = headerOf(request, "x-rollward-cache");
  if (own === null || COMMANDS.has(own.trim().toLowerCase())) return;
  const reason = "The header `x-rollward-cache` is `bypass`, `refresh` or `exact`.";
  throw new RollwardError("invalid_request", { reason, param: "x-rollward-cache" });
}

const COMMANDS: ReadonlySet<string> = new Set(["bypass", "refresh", "exact", ""]);
