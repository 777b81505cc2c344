import type { CacheFact, CacheStatus } from "../../domain/cache/cache-fact.ts";
import type { CachePolicy } from "../../domain/cache/cache-policy.ts";
import type { CachedAnswer } from "../../domain/cache/cached-answer.ts";
import type { CacheWish } from "../../domain/cache/cache-wish.ts";
import type { CachePlace, Claim } from "../../ports/answer-cache.ts";
import type { KeyedRequest } from "./known-keys.ts";
import type { Lead } from "./flights.ts";
import { semanticFactOf } from "./semantic/semantic-course.ts";
import type { SemanticCourse } from "./semantic/semantic-course.ts";

/** A kept answer that is given again, in the form that its client asked for. */
export interface Recalled {
  readonly answer: CachedAnswer;
  readonly ageMs: number;
  readonly bytes: Buffer;
  /** In the words of the client's dialect. */
  readonly finishReason: string | null;
}

/**
 * A call's way past the cache. The stage `recall` fills it in, `keepAnswer` closes it; mutable on purpose, as the
 * call itself is.
 */
export interface CacheCourse {
  readonly policy: CachePolicy;
  readonly wish: CacheWish;
  readonly bypassed: CacheFact["bypassed"];
  /** `null` where the request has no key. */
  readonly place: CachePlace | null;
  /** The rendered request that the key was made of; `null` where it was not read. */
  readonly read: KeyedRequest | null;
  /** How often the endpoint had been purged when the call began. */
  readonly purges: number;
  status: CacheStatus;
  kept: CacheFact["kept"];
  waitedMs: number;
  served: Recalled | null;
  /** An older answer, for the case that nobody gives a new one. */
  lastResort: CachedAnswer | null;
  /** The search for a question that means the same; `null` where the release wants none. */
  readonly semantic: SemanticCourse | null;
  /** Text of a fresh answer that was kept or could have been, for the judge of an audit. */
  fresh: string | null;
  /** What the kept answer was bound to, so that others may find it; `null` where it may not be found. */
  sealed: string | null;
  /** Those who wait for this call, in this process and elsewhere. */
  lead: Lead | null;
  claim: Claim | null;
  /** Stops the renewing of the claim. */
  stopRenewing: (() => void) | null;
}

/** What the record keeps of it. */
export function cacheFactOf({ status, place, bypassed, kept, waitedMs, served, semantic }: CacheCourse): CacheFact {
  const found = semantic === null ? null : semanticFactOf(semantic);
  return {
    ...(found !== null && { semantic: found }),
    status,
    key: place?.key ?? null,
    bypassed,
    kept,
    waitedMs,
    source:
      served === null
        ? null
        : {
            callId: served.answer.callId,
            ageMs: served.ageMs,
            usage: served.answer.usage,
            savedPico: served.answer.costPico.toString(),
          },
  };
}
