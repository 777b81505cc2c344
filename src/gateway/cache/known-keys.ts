import type { KeyParts } from "../../domain/cache/cache-key.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Release } from "../../domain/release/release.ts";
import type { DialectName } from "../../ports/dialect.ts";

/** A rendered request, read, with the key of its answer. */
export interface KeyedRequest {
  readonly bytes: Buffer;
  readonly body: JsonObject;
  readonly dialect: DialectName;
  readonly parts: KeyParts;
  readonly key: string;
  /** Whether its key was known before; absent is no. */
  readonly isKnown?: true;
}

/** Questions of a release whose keys are known, and the longest of them, bytes: 2 MB a release at most. */
const MOST = 200;
const LONGEST = 4_096;

/**
 * Keys of questions that were answered from the cache: they are asked again, mostly in the very same bytes, and reading a
 * request and hashing its canonical form takes as long as all else that a hit does. Bounded; the oldest goes.
 */
export class KnownKeys {
  readonly #releases = new WeakMap<Release, Map<string, KeyedRequest>>();

  /** What is known of a rendered request, by its text. */
  find(release: Release, text: string): KeyedRequest | undefined {
    return this.#releases.get(release)?.get(text);
  }

  note(release: Release, request: KeyedRequest): void {
    if (request.bytes.length > LONGEST) return;
    const known = this.#releases.get(release) ?? new Map<string, KeyedRequest>();
    this.#releases.set(release, known);
    const text = request.bytes.toString();
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined && !known.has(text)) known.delete(oldest);
    known.set(text, request);
  }
}
