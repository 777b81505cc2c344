import type { FastifyRequest } from "fastify";
import type { CacheWish } from "../domain/cache/cache-wish.ts";
import { cacheWishOf } from "../domain/cache/cache-wish.ts";
import { headerOf } from "./caller.ts";

/** What the client says about kept answers; `null` when it says nothing. */
export function cacheWishIn(request: FastifyRequest): CacheWish | null {
  const control = headerOf(request, "cache-control");
  const own = headerOf(request, "x-rollward-cache");
  return control === null && own === null ? null : cacheWishOf(control, own);
}
