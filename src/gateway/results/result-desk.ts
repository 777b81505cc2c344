import type { ClaimNote } from "../../domain/results/claim-note.ts";
import { readClaimNote, writeClaimNote } from "../../domain/results/claim-note.ts";
import type { KeptResult } from "../../domain/results/kept-result.ts";
import { readKeptResult } from "../../domain/results/kept-result.ts";
import type { ResultPolicy } from "../../domain/results/result-policy.ts";
import { folderText, writeClaim } from "../../domain/results/result-place.ts";
import type { PresentedClaim, ResultFolder } from "../../domain/results/result-place.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { AnswerCache, CachePlace, Claim } from "../../ports/answer-cache.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";
import { PurityBook } from "./purity-book.ts";
import { ResultLines, TOKEN_BYTES } from "./result-lines.ts";
import type { Turn } from "./result-lines.ts";
import { ResultTally, countOne } from "./result-tally.ts";

/** A lookup whose right to ask has been looked at (see `openVisit`). */
export interface ResultVisit {
  readonly folder: ResultFolder;
  readonly policy: ResultPolicy;
  /** `null` where the question has no canonical form. */
  readonly key: string | null;
  readonly keyId: string;
  /** What evidence belongs to. */
  readonly purity: string;
  /** A result that is older will not do, ms; `null` takes any. */
  readonly maxAgeMs: number | null;
}

/** Why a lookup was given no result. */
export type MissReason =
  /** There is none: whoever has the claim runs. */
  | "absent"
  /** There is one, but an older one than was asked for. */
  | "age"
  /** There is one, and this run shows whether it is still what the source gives. */
  | "audit"
  /** The run that was waited for is not over. */
  | "busy"
  /** The result of another run could not be kept. */
  | "hopeless"
  /** The source has been closed, because its results differ from run to run. */
  | "closed"
  /** The release that was named does not serve any more. */
  | "release"
  /** The question has no canonical form. */
  | "unkeyable";

/** What a lookup is told. */
export type LookupAnswer =
  | { readonly status: "hit"; readonly key: string; readonly ageMs: number; readonly result: string }
  /** With a claim the result of the run is wanted; without one it is of no use to anybody else. */
  | { readonly status: "miss"; readonly reason: MissReason; readonly claim: string | null };

/** A lookup under way. */
export interface Lookup {
  readonly answer: Promise<LookupAnswer>;
  /** The client has left: it waits no longer, and a claim that was on its way to it goes to the next. */
  leave(): void;
}

/** What the desk stands on. */
export interface ResultTerms {
  /** A cache of its own: tool results push out no answers of models, nor the other way round. */
  readonly cache: AnswerCache;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A run may take so many times as long as others wait for it; what comes later than that is not kept. */
const LATE_RUNS = 10;

/** Where a claim's note lies: among the results of its source. */
export const notePlace = ({ token, key, folder }: PresentedClaim): CachePlace => ({
  endpoint: folderText(folder),
  key: sha256Hex(`claim ${token} ${key}`),
});

/** Where it is marked that a result was forgotten, for as long as runs that began before may bring it. */
const markPlace = ({ endpoint, key }: CachePlace): CachePlace => ({ endpoint, key: sha256Hex(`forgotten ${key}`) });

/** Results of tools and of retrieval that applications have run: the cache, who runs at the moment, the evidence and the counts. */
export class ResultDesk {
  readonly cache: AnswerCache;
  readonly clock: Clock;
  readonly tally = new ResultTally();
  readonly purity: PurityBook;
  readonly lines: ResultLines;
  readonly #ids: Ids;

  constructor({ cache, clock, ids }: ResultTerms) {
    this.cache = cache;
    this.clock = clock;
    this.purity = new PurityBook({ cache, clock });
    this.lines = new ResultLines({ cache, clock, ids });
    this.#ids = ids;
  }

  /** Looks for a result. Never rejects for want of a cache: without one everybody runs. */
  lookup(visit: ResultVisit): Lookup {
    let leaving = (): void => {};
    let hasLeft = false;
    const whileHere = (leave: () => void): void => {
      leaving = leave;
      if (hasLeft) leave();
    };
    const answer = this.#lookup(visit, whileHere).then((told) => {
      const counts = this.tally.of(visit.folder);
      if (told.status === "hit") counts.hit += 1;
      else countOne(counts.missed, told.reason);
      return told;
    });
    return {
      answer,
      leave() {
        hasLeft = true;
        leaving();
      },
    };
  }

  async #lookup(visit: ResultVisit, whileHere: (leave: () => void) => void): Promise<LookupAnswer> {
    const { key, folder, policy } = visit;
    if (key === null) return miss("unkeyable");
    const place = { endpoint: folderText(folder), key };
    const [closing, kept] = await Promise.all([this.purity.closingOf(visit.purity), this.find(visit)]);
    if (closing !== null) return miss("closed");
    if (visit.maxAgeMs === 0) return this.#granted(visit, { reason: kept === null ? "absent" : "age" });
    if (kept !== null) return this.#found(visit, kept);
    const look = (): Promise<KeptResult | null> => this.find(visit);
    const standing = this.lines.enter({ place, waitMs: policy.waitMs, look });
    whileHere(() => standing.leave());
    const turn = await standing.turn;
    const told = await this.#told(visit, turn);
    if (turn.type === "claimed") whileHere(() => this.#letGo(place, turn.claim, "failed"));
    return told;
  }

  /** A result that is there: given again, unless it is too old for this one, or an audit is due. */
  async #found(visit: ResultVisit, kept: KeptResult): Promise<LookupAnswer> {
    const ageMs = this.#ageOf(kept);
    if (visit.maxAgeMs !== null && ageMs > visit.maxAgeMs) return this.#granted(visit, { reason: "age" });
    const isAudited = this.purity.isAuditDue(visit.purity, visit.policy.auditShare);
    if (isAudited) return this.#granted(visit, { reason: "audit", audited: kept.digest });
    return { status: "hit", key: kept.key, ageMs, result: kept.result };
  }

  async #told(visit: ResultVisit, turn: Turn): Promise<LookupAnswer> {
    if (turn.type === "found") {
      const { key, result } = turn.result;
      this.tally.of(visit.folder).waited += 1;
      return { status: "hit", key, ageMs: this.#ageOf(turn.result), result };
    }
    if (turn.type === "hopeless") return miss("hopeless");
    if (turn.type === "busy") return this.#granted(visit, { reason: "busy" });
    const told = await this.#granted(visit, { reason: "absent", token: turn.token });
    // Nobody can bring what the cache cannot take: the others need not wait for it.
    const place = { endpoint: folderText(visit.folder), key: visit.key ?? "" };
    if (told.status === "miss" && told.claim === null) this.#letGo(place, turn.claim, "hopeless");
    return told;
  }

  /** Gives a claim up, and tells those who wait for it here. */
  #letGo({ key }: CachePlace, claim: Claim, outcome: "failed" | "hopeless"): void {
    claim.release(outcome);
    this.lines.wake(key);
  }

  /** A miss with a claim, where the cache can remember it. */
  async #granted(visit: ResultVisit, { reason, token, audited = null }: Grant): Promise<LookupAnswer> {
    const { folder, key, keyId, purity, policy } = visit;
    const claim = { token: token ?? this.#ids.secret(TOKEN_BYTES), key: key ?? "", folder };
    const forgotten = await this.#markOf(claim);
    const note: ClaimNote = { keyId, exclusive: token !== undefined, audited, purity, forgotten };
    const isNoted = await this.cache.store(notePlace(claim), writeClaimNote(note), policy.waitMs * LATE_RUNS);
    return { status: "miss", reason, claim: isNoted ? writeClaim(claim) : null };
  }

  /** Forgets a result, also one that is on its way; resolves to whether there was one. */
  async forget({ folder, key, policy }: Pick<ResultVisit, "folder" | "key" | "policy">): Promise<boolean> {
    if (key === null) return false;
    const place = { endpoint: folderText(folder), key };
    // Before the result goes: who stores one after this looks at the mark once more.
    await this.cache.store(markPlace(place), this.#ids.secret(TOKEN_BYTES), policy.waitMs * LATE_RUNS);
    return this.cache.evict(place);
  }

  /** Whether the result that a claim was given for has been forgotten since: the run may have seen what was before. */
  async isForgotten(claim: PresentedClaim, { forgotten }: ClaimNote): Promise<boolean> {
    const mark = await this.#markOf(claim);
    return mark !== null && mark !== forgotten;
  }

  #markOf({ folder, key }: PresentedClaim): Promise<string | null> {
    return this.cache.find(markPlace({ endpoint: folderText(folder), key }));
  }

  /** What a claim was given for, once; `null` when it has lapsed, was used, or its source was purged since. */
  async takeNote(claim: PresentedClaim, keyId: string): Promise<ClaimNote | "another's" | null> {
    const place = notePlace(claim);
    const text = await this.cache.find(place);
    const note = text === null ? null : readClaimNote(text);
    if (note === null) return null;
    if (note.keyId !== keyId) return "another's";
    // Of two that show it at the same time one has it.
    return (await this.cache.evict(place)) ? note : null;
  }

  /** A result that is kept, believable and young enough; an entry that is not believable is removed. */
  async find({ folder, key, policy }: Pick<ResultVisit, "folder" | "key" | "policy">): Promise<KeptResult | null> {
    const place = { endpoint: folderText(folder), key: key ?? "" };
    const text = await this.cache.find(place);
    if (text === null) return null;
    const kept = readKeptResult(text, place.key);
    if (kept !== null) return this.#ageOf(kept) < policy.ttlMs ? kept : null;
    this.tally.of(folder).poisoned += 1;
    await this.cache.evict(place);
    return null;
  }

  /** Replicas' clocks differ a little: nothing comes from the future. */
  #ageOf({ at }: KeptResult): number {
    return Math.max(0, this.clock.now() - at);
  }
}

/** For what a claim is given. */
interface Grant {
  readonly reason: MissReason;
  /** Of the claim that holds the others up; absent for one that nobody waits for. */
  readonly token?: string;
  readonly audited?: string | null;
}

const miss = (reason: MissReason): LookupAnswer => ({ status: "miss", reason, claim: null });
