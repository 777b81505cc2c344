import type { AnswerCache, CacheCounts, CachePlace, Claim } from "../../ports/answer-cache.ts";
import type { Ids } from "../../ports/ids.ts";
import type { Valkey } from "../../ports/valkey.ts";

/** What a cache that replicas share stands on. */
export interface ValkeyCacheTerms {
  readonly valkey: Valkey;
  readonly ids: Ids;
  /** Largest entry, bytes. */
  readonly maxEntryBytes: number;
  /** Before every name; absent is `rollward`. */
  readonly prefix?: string;
}

/** The value of a claim whose answer nobody should wait for, and for how long it says so, ms. */
const HOPELESS = "hopeless";
const HOPELESS_MS = 2_000;

/** Names looked through at a time when an endpoint is purged. */
const SCAN_COUNT = 500;

/** Does something to a claim only while it is ours: another replica may have it after it lapsed. */
const RENEW =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";
const RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
const GIVE_UP =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) end return 0";

/**
 * The cache of several replicas in Valkey or Redis. Entries lapse by themselves; where the server is full, its own
 * `maxmemory-policy` decides what makes room. Names hold the endpoint and a digest, and nothing of a question.
 */
export function createValkeyCache(terms: ValkeyCacheTerms): AnswerCache {
  return new ValkeyCache(terms);
}

class ValkeyCache implements AnswerCache {
  readonly isShared = true;
  readonly #valkey: Valkey;
  readonly #ids: Ids;
  readonly #maxEntryBytes: number;
  readonly #counts = { found: 0, absent: 0, stored: 0, failed: 0 };

  readonly #prefix: string;

  constructor({ valkey, ids, maxEntryBytes, prefix = "rollward" }: ValkeyCacheTerms) {
    this.#prefix = prefix;
    this.#valkey = valkey;
    this.#ids = ids;
    this.#maxEntryBytes = maxEntryBytes;
  }

  async find(place: CachePlace): Promise<string | null> {
    const text = await this.#try("GET", this.#entry(place));
    if (text !== FAILED) this.#counts[typeof text === "string" ? "found" : "absent"] += 1;
    return typeof text === "string" ? text : null;
  }

  async store(place: CachePlace, entry: string, keepMs: number): Promise<boolean> {
    if (Buffer.byteLength(entry) > this.#maxEntryBytes) return false;
    const answer = await this.#try("SET", this.#entry(place), entry, "PX", Math.max(1, Math.round(keepMs)));
    if (answer === "OK") this.#counts.stored += 1;
    return answer === "OK";
  }

  async evict(place: CachePlace): Promise<boolean> {
    return (await this.#try("UNLINK", this.#entry(place))) === 1;
  }

  async purge(endpoint: string): Promise<number> {
    // Names of endpoints have no character that means something in a pattern but the dot, which means itself.
    const pattern = `${this.#prefix}:cache:${endpoint}:*`;
    let purged = 0;
    let cursor = "0";
    do {
      const page = await this.#try("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT);
      if (!isPage(page)) return purged;
      cursor = page[0];
      if (page[1].length === 0) continue;
      const removed = await this.#try("UNLINK", ...page[1]);
      purged += typeof removed === "number" ? removed : 0;
    } while (cursor !== "0");
    return purged;
  }

  async claim(place: CachePlace, leaseMs: number, token = this.#ids.secret(12)): Promise<Claim> {
    const name = `${this.#prefix}:claim:${place.endpoint}:${place.key}`;
    // With GET the command answers with what stands there: `null` when the claim is ours (Redis 7).
    const holder = await this.#try("SET", name, token, "NX", "PX", leaseMs, "GET");
    if (holder === HOPELESS) return TOLD_HOPELESS;
    if (typeof holder === "string" && holder !== token) return TAKEN;
    // Without the server there is nobody to agree with.
    return holder === FAILED ? UNSHARED : this.#held(name, token, leaseMs);
  }

  counts(): CacheCounts {
    return { ...this.#counts, evicted: 0, bytes: null };
  }

  #entry({ endpoint, key }: CachePlace): string {
    return `${this.#prefix}:cache:${endpoint}:${key}`;
  }

  #held(name: string, token: string, leaseMs: number): Claim {
    return {
      state: "ours",
      renew: () => void this.#try("EVAL", RENEW, 1, name, token, leaseMs),
      release: (outcome) => {
        if (outcome === "hopeless") void this.#try("EVAL", GIVE_UP, 1, name, token, HOPELESS, HOPELESS_MS);
        else void this.#try("EVAL", RELEASE, 1, name, token);
      },
    };
  }

  /** Never rejects: a cache that is away is an empty cache. */
  async #try(command: string, ...args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#valkey.run(command, ...args);
    } catch {
      this.#counts.failed += 1;
      return FAILED;
    }
  }
}

const FAILED = Symbol("failed");

const nothing = (): void => {};
const TAKEN: Claim = { state: "taken", renew: nothing, release: nothing };
const TOLD_HOPELESS: Claim = { state: "hopeless", renew: nothing, release: nothing };
const UNSHARED: Claim = { state: "ours", renew: nothing, release: nothing };

const isPage = (page: unknown): page is readonly [string, readonly string[]] =>
  Array.isArray(page) && typeof page[0] === "string" && Array.isArray(page[1]);
