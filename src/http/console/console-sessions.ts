import { endOf, LINK_MS, SESSION_MS } from "../../domain/access/console-session.ts";
import type { ConsoleSession } from "../../domain/access/console-session.ts";
import type { Key } from "../../domain/access/key.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { identifyKey } from "../../gateway/authenticate.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ConsoleStore } from "../../ports/console-store.ts";
import type { Ids } from "../../ports/ids.ts";
import type { KeyRing } from "../../ports/key-ring.ts";

/** What sessions are plugged into. */
export interface ConsoleSessionsTerms {
  readonly store: ConsoleStore;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A session and whose key it was opened with. */
export interface SignedIn {
  readonly session: ConsoleSession;
  readonly key: Key;
}

/** A session that has just been opened; the token goes into the cookie and nowhere else. */
export interface Opened extends SignedIn {
  readonly token: string;
}

/** How long a session is believed without a look at the database, ms: one that is ended elsewhere works that long. */
const KNOWN_MS = 2_000;
/** How long one is believed while the database is away, ms: that is when somebody looks at the console. */
const KNOWN_WITHOUT_MS = 15 * 60_000;
const MOST_KNOWN = 1_000;
/** How exactly it is noted when a session was used, ms. */
const TOUCH_MS = 60_000;
/** 256 bits, in hex in the cookie. */
const TOKEN_BYTES = 32;

/**
 * Who is signed in to the console. A session stands on its key: it may do what the key may do now, and ends with it.
 * Tokens are made here and never taken from a request, so that nobody can be foisted a known one.
 */
export class ConsoleSessions {
  readonly #terms: ConsoleSessionsTerms;
  readonly #known = new Map<string, { readonly session: ConsoleSession; readonly at: number }>();

  constructor(terms: ConsoleSessionsTerms) {
    this.#terms = terms;
  }

  /** Signs in with a key's text; throws a 401 for one that is not good, `forbidden` for one that may see nothing here. */
  async openByKey(text: string): Promise<Opened> {
    const { keys, clock } = this.#terms;
    return this.#open(mayEnter(identifyKey({ keys }, text, clock.now())));
  }

  /** Whether a key's text would sign in: a few hashes, and no look at the database. */
  isGood(text: string): boolean {
    const { keys, clock } = this.#terms;
    try {
      mayEnter(identifyKey({ keys }, text, clock.now()));
      return true;
    } catch {
      return false;
    }
  }

  /** Signs in with a one-time link; throws `link_spent`. */
  async openByLink(link: string): Promise<Opened> {
    const { store, clock } = this.#terms;
    const keyId = await store.takeLink(sha256Hex(link), clock.now());
    const key = keyId === null ? null : this.#keyOf(keyId);
    if (key === null) throw new RollwardError("link_spent");
    return this.#open(mayEnter(key));
  }

  /** A link that signs in once, as this key. */
  async makeLink(keyId: string): Promise<{ readonly link: string; readonly expiresAt: number }> {
    const { store, clock, ids } = this.#terms;
    const link = ids.secret(TOKEN_BYTES);
    const expiresAt = clock.now() + LINK_MS;
    await store.keepLink({ hash: sha256Hex(link), keyId, expiresAt });
    return { link, expiresAt };
  }

  /** Who the token of a cookie stands for; `null` when its session has ended or its key is no longer good. */
  async identify(token: string): Promise<SignedIn | null> {
    const { store, clock } = this.#terms;
    const hash = sha256Hex(token);
    const session = await this.#find(hash);
    const now = clock.now();
    if (session === null || endOf(session) <= now) return null;
    const key = this.#keyOf(session.keyId);
    if (key === null) return null;
    if (now - session.lastUsedAt < TOUCH_MS) return { session, key };
    const used = { ...session, lastUsedAt: now };
    // Where it cannot be noted, it is with the next request.
    const isNoted = await store.touch(session.id, now).then(
      () => true,
      () => false,
    );
    if (isNoted) this.#remember(used);
    return { session: used, key };
  }

  /** Whether a session has not ended. */
  async isOpen({ hash }: ConsoleSession): Promise<boolean> {
    const session = await this.#find(hash).catch(() => null);
    return session !== null && endOf(session) > this.#terms.clock.now();
  }

  /** Ends a session, here at once and elsewhere within two seconds. */
  async close(id: string): Promise<boolean> {
    for (const [hash, { session }] of this.#known) if (session.id === id) this.#known.delete(hash);
    return this.#terms.store.close(id);
  }

  /** Sessions that can still be used, with their keys, newest first. */
  async list(): Promise<readonly SignedIn[]> {
    const sessions = await this.#terms.store.list(this.#terms.clock.now());
    return sessions.flatMap((session) => {
      const key = this.#keyOf(session.keyId);
      return key === null ? [] : [{ session, key }];
    });
  }

  async #open(key: Key): Promise<Opened> {
    const { store, clock, ids } = this.#terms;
    const now = clock.now();
    const token = ids.secret(TOKEN_BYTES);
    const session = {
      id: ids.next("cse"),
      hash: sha256Hex(token),
      keyId: key.id,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: Math.min(now + SESSION_MS, key.expiresAt ?? Number.POSITIVE_INFINITY),
    };
    await store.expire(now);
    await store.open(session);
    this.#remember(session);
    return { session, key, token };
  }

  /** The key, while it is good. */
  #keyOf(id: string): Key | null {
    const { keys, clock } = this.#terms;
    const key = keys.byId(id);
    if (key === undefined || key.revokedAt !== null) return null;
    return key.expiresAt !== null && key.expiresAt <= clock.now() ? null : key;
  }

  async #find(hash: string): Promise<ConsoleSession | null> {
    const known = this.#known.get(hash);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#terms.clock.elapsed() - known.at;
    if (known !== undefined && age < KNOWN_MS) return known.session;
    let session: ConsoleSession | null;
    try {
      session = await this.#terms.store.byHash(hash);
    } catch (error) {
      if (known !== undefined && age < KNOWN_WITHOUT_MS) return known.session;
      throw error;
    }
    if (session === null) this.#known.delete(hash);
    else this.#remember(session);
    return session;
  }

  #remember(session: ConsoleSession): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(session.hash, { session, at: this.#terms.clock.elapsed() });
  }
}

/** The key, if whoever has it may see something of the console. */
function mayEnter(key: Key): Key {
  if (key.scopes.includes("admin") || (key.roles ?? []).length > 0) return key;
  throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "use the console", scope: "admin" });
}
