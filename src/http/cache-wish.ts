import type { FastifyRequest } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import type { CacheWish } from "../domain/cache/cache-wish.ts";
import { cacheWishOf } from "../domain/cache/cache-wish.ts";
import { headerOf } from "./caller.ts";

/** What the client says about kept answers; `null` when it says nothing. */
export function cacheWishIn(request: FastifyRequest): CacheWish | null {
  const control = headerOf(request, "cache-control");
  const own = headerOf(request, "x-rollward-cache");
  return control === null && own === null ? null : cacheWishOf(control, own);
}

/** An `onRequest` hook: refuses a word in `x-rollward-cache` that means nothing. */
export function checkCacheWish(request: FastifyRequest, _reply: unknown, done: (fault?: Error) => void): void {
  const own = headerOf(request, "x-rollward-cache");
  if (own === null || COMMANDS.has(own.trim().toLowerCase())) return done();
  const reason = "The header `x-rollward-cache` is `bypass`, `refresh` or `exact`.";
  done(new RollwardError("invalid_request", { reason, param: "x-rollward-cache" }));
}

const COMMANDS: ReadonlySet<string> = new Set(["bypass", "refresh", "exact", ""]);
