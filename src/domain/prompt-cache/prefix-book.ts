import type { CacheTtl } from "../call/canonical.ts";
import type { TokenUsage } from "../money/price.ts";
import type { PrefixState } from "./choose-marks.ts";
import { Decayed } from "./decayed.ts";
import type { PrefixEnd, PrefixLayer, PrefixMark, PrefixOutline } from "./prefix-outline.ts";
import { TTL_MS } from "./prompt-cache-policy.ts";
import { remember } from "./remember.ts";
import { TokenDensity } from "./token-density.ts";

/** Whose calls are learnt from together, and where what they send is kept. */
export interface PrefixScope {
  /** Endpoint and release. */
  readonly owner: string;
  /** The account that keeps it: provider, model, and the name of the key or its position. */
  readonly account: string;
  readonly model: string;
}

/** A request that went to a provider, for learning from its answer. */
export interface SentPrefix {
  readonly scope: PrefixScope;
  readonly outline: PrefixOutline;
  readonly marks: readonly PrefixMark[];
  /** The longest prefix that was expected to be found; `null` when none was. */
  readonly expected: PrefixEnd | null;
  /** Monotonic ms. */
  readonly at: number;
}

/** What is remembered of one prefix at one account. Times are monotonic ms. */
interface Known {
  seenAt: number;
  /** Lives that are over by either lifetime, and reads in all of them. */
  readonly lives: Record<CacheTtl, number>;
  readonly reads: Record<CacheTtl, number>;
  ttl: CacheTtl;
  warmUntil: number;
  writing: { readonly since: number; readonly hasBegun: () => boolean } | null;
}

type Layers = Record<PrefixLayer, Record<CacheTtl, Decayed>>;

/** What is remembered of an endpoint's release. */
interface Owner {
  readonly layers: Layers;
  /** Of prefixes that should have been found, how many the provider found. */
  readonly found: Decayed;
  /** Of all calls, how many went on with a conversation. */
  readonly continued: Decayed;
}

/** Prefixes that are remembered: those that were not seen for longest go. Of the others those that came first. */
const MOST_PREFIXES = 20_000;
const MOST_OWNERS = 1_000;

/**
 * How often prefixes are expected to be read again before anything is known. A release's own part is the same in every
 * call; a conversation may be over with its first answer.
 */
const PRIOR_READS: Readonly<Record<PrefixLayer, number>> = { tools: 1, release: 1, system: 1, own: 1, turn: 0 };
/** Lives after which what was seen outweighs the prior, of an endpoint's prefixes and of one prefix. */
const PRIOR_LIVES = 4;

/** Calls are taken for conversations until some sixty single ones have shown that they are not. */
const CONVERSING = { rate: 1, weight: 16 };

/** A write that has not begun to answer after this long has failed, ms. */
const LONGEST_WRITE_MS = 60_000;

/**
 * What this process has learnt of the prefixes that it sends: how often each kind is read again within its lifetime,
 * whether the provider finds what it should, how many tokens a byte makes. Bounded, deterministic, forgotten at the
 * end of the process.
 */
export class PrefixBook {
  readonly #prefixes = new Map<string, Known>();
  readonly #owners = new Map<string, Owner>();
  readonly #density = new TokenDensity();

  /** Notes that a request with these beginnings is about to go. Its last turn is kept in mind for the next. */
  see(scope: PrefixScope, { ends }: PrefixOutline, now: number): void {
    const owner = this.#ownerOf(scope.owner);
    const tail = ends.findLast(({ markable }) => markable);
    for (const end of ends) {
      const known = this.#known(scope, end);
      if (known === undefined && end.layer === "turn" && end !== tail) continue;
      const kept = known ?? newPrefix(now);
      remember(this.#prefixes, keyOf(scope, end), { value: kept, most: MOST_PREFIXES });
      sighted(kept, { end, owner, now, isNew: known === undefined });
    }
  }

  /** Notes whether a call goes on with a conversation. */
  noteTurn(owner: string, continues: boolean, now: number): void {
    this.#ownerOf(owner).continued.add(now, { of: 1, came: continues ? 1 : 0 });
  }

  /** The share of calls that go on with a conversation. In [0, 1]. */
  continuedShare(owner: string, now: number): number {
    return this.#ownerOf(owner).continued.rate(now, CONVERSING);
  }

  /** What is known of a prefix at its account. */
  stateOf(scope: PrefixScope, end: PrefixEnd, now: number): PrefixState {
    const known = this.#known(scope, end);
    if (known === undefined) return COLD;
    const { writing } = known;
    if (writing !== null && writing.hasBegun()) {
      known.writing = null;
      known.warmUntil = Math.max(known.warmUntil, writing.since + TTL_MS[known.ttl]);
    }
    if (known.warmUntil > now) return { type: "warm", ttl: known.ttl };
    return known.writing !== null && now - known.writing.since < LONGEST_WRITE_MS ? WRITING : COLD;
  }

  /**
   * How often a prefix that is written now is expected to be read before it is forgotten: what was seen of it, over
   * what was seen of its kind in this release, over the prior; less what the provider has failed to find.
   */
  expectedReads(
    scope: PrefixScope,
    end: PrefixEnd,
    { ttl, now }: { readonly ttl: CacheTtl; readonly now: number },
  ): number {
    const owner = this.#ownerOf(scope.owner);
    const prior = { rate: PRIOR_READS[end.layer], weight: PRIOR_LIVES };
    const usual = owner.layers[end.layer][ttl].rate(now, prior);
    const known = this.#known(scope, end);
    const own = known === undefined ? usual : (usual + known.reads[ttl]) / (1 + known.lives[ttl]);
    return own * owner.found.rate(now, { rate: 1, weight: 2 });
  }

  /** Tokens up to an end, rather too few than too many. */
  tokensTo({ model }: Pick<PrefixScope, "model">, { bytes }: Pick<PrefixEnd, "bytes">): number {
    return this.#density.tokensOf(model, bytes);
  }

  /** A request goes: what it writes is not written again by others until its answer begins. */
  sent({ scope, marks, at }: SentPrefix, hasBegun: () => boolean): void {
    for (const { end, ttl } of marks) {
      const known = this.#known(scope, end);
      if (known === undefined || known.warmUntil > at) continue;
      known.ttl = ttl;
      known.writing = { since: at, hasBegun };
    }
  }

  /** Learns from what the provider has counted; `null` is an answer without counts. */
  learn({ scope, outline, marks, expected, at }: SentPrefix, usage: TokenUsage | null): void {
    const hasCached = usage !== null && usage.cachedInput + usage.cacheWrite > 0;
    for (const { end, ttl } of marks) {
      const known = this.#known(scope, end);
      if (known === undefined) continue;
      known.writing = null;
      if (usage === null) continue;
      known.ttl = ttl;
      known.warmUntil = hasCached ? Math.max(known.warmUntil, at + TTL_MS[ttl]) : 0;
    }
    if (usage === null) return;
    if (expected !== null) {
      // Half of it: the tokens are only estimated.
      const isFound = usage.cachedInput >= this.tokensTo(scope, expected) / 2;
      this.#ownerOf(scope.owner).found.add(at, { of: 1, came: isFound ? 1 : 0 });
    }
    this.#density.observe(scope.model, outline, usage);
  }

  #known(scope: PrefixScope, end: PrefixEnd): Known | undefined {
    return this.#prefixes.get(keyOf(scope, end));
  }

  #ownerOf(name: string): Owner {
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    const made = newOwner();
    remember(this.#owners, name, { value: made, most: MOST_OWNERS });
    return made;
  }
}

interface Sighting {
  readonly end: PrefixEnd;
  readonly owner: Owner;
  readonly now: number;
  readonly isNew: boolean;
}

const TTLS: readonly CacheTtl[] = ["5m", "1h"];
const COLD: PrefixState = { type: "cold" };
const WRITING: PrefixState = { type: "writing" };
const READ = { of: 0, came: 1 };
const BEGUN = { of: 1, came: 0 };

const keyOf = ({ account }: PrefixScope, { digest }: PrefixEnd): string => `${account}\n${digest}`;

/** Counts that a prefix is sent: once more within its life, or for the first time in a new one. */
function sighted(known: Known, { end, owner, now, isNew }: Sighting): void {
  for (const ttl of TTLS) {
    const isRead = !isNew && now - known.seenAt <= TTL_MS[ttl];
    owner.layers[end.layer][ttl].add(now, isRead ? READ : BEGUN);
    if (isRead) known.reads[ttl] += 1;
    else if (!isNew) known.lives[ttl] += 1;
  }
  known.seenAt = now;
}

const newPrefix = (now: number): Known => ({
  seenAt: now,
  lives: { "5m": 0, "1h": 0 },
  reads: { "5m": 0, "1h": 0 },
  ttl: "5m",
  warmUntil: 0,
  writing: null,
});

const newOwner = (): Owner => {
  const both = () => ({ "5m": new Decayed(), "1h": new Decayed() });
  return {
    layers: { tools: both(), release: both(), system: both(), own: both(), turn: both() },
    found: new Decayed(),
    continued: new Decayed(),
  };
};
