/** Where an entry lies. Both parts are of our making: `endpoint` is a name of the configuration, `key` 64 hex digits. */
export interface CachePlace {
  /** Entries are purged by endpoint. */
  readonly endpoint: string;
  /** Digest of everything that an answer depends on, tenant and release included. */
  readonly key: string;
}

/** What a claim to ask for an answer has met: it is ours, somebody else's, or nobody should wait for this answer. */
export type ClaimState = "ours" | "taken" | "hopeless";

/** The right to ask the provider in the name of all who have the same question. It lapses unless it is renewed. */
export interface Claim {
  readonly state: ClaimState;
  /** Keeps the claim for as long again. */
  renew(): void;
  /** Gives it up. `hopeless` tells the others for a moment that waiting for this answer is no use. */
  release(outcome: "done" | "failed" | "hopeless"): void;
}

/** What a cache has done since the process started. */
export interface CacheCounts {
  /** Entries found and not found, whatever became of them. */
  readonly found: number;
  readonly absent: number;
  readonly stored: number;
  /** Entries that made room for others, as far as the cache knows. */
  readonly evicted: number;
  /** Operations that the cache could not carry out. */
  readonly failed: number;
  /** What the entries take, bytes; `null` where the cache does not know. */
  readonly bytes: number | null;
}

/**
 * Keeps answers for whoever has exactly the same question. A cache that is away is an empty cache: nothing here
 * rejects, and nothing waits long. Entries are text whose form is the caller's (domain/cache/cached-answer.ts); the
 * reader checks what it gets, because others may write where entries lie. Tool results and retrieved passages use the
 * same port with texts of their own; the semantic cache finds the keys by which it reads here.
 */
export interface AnswerCache {
  /** `null` when there is none or it has lapsed. */
  find(place: CachePlace): Promise<string | null>;
  /** Keeps an entry for `keepMs`; a larger one than the cache bears is not kept. Resolves to whether it is. */
  store(place: CachePlace, entry: string, keepMs: number): Promise<boolean>;
  /** Removes one entry; resolves to whether there was one. */
  evict(place: CachePlace): Promise<boolean>;
  /** Removes all entries of an endpoint; resolves to how many there were. */
  purge(endpoint: string): Promise<number>;
  /**
   * Claims the right to ask in the name of all replicas, for `leaseMs`. A cache that no other replica shares, or that
   * cannot be reached, gives it at once. With a `token`, which nobody else may guess, the claim holds within one
   * process too, and whoever shows it again has the claim that stands under it, on any replica.
   */
  claim(place: CachePlace, leaseMs: number, token?: string): Promise<Claim>;
  /** Whether other replicas may have claims. Where not, none is asked for. */
  readonly isShared: boolean;
  counts(): CacheCounts;
}
