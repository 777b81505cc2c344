import type { SemanticFact } from "../../../domain/cache/semantic-fact.ts";
import type { Announcer } from "../../../ports/announcer.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Embedders } from "../../../ports/embedders.ts";
import type { MeaningStore } from "../../../ports/meaning-store.ts";
import type { ProofStore } from "../../../ports/proof-store.ts";
import type { OpenCall } from "../../open-call.ts";
import { Certifications } from "./certifications.ts";
import type { MeaningGroup } from "./certifications.ts";
import { PartitionCopies } from "./partition-copies.ts";

/** What the semantic cache of this process stands on. */
export interface SemanticDeskTerms {
  readonly store: MeaningStore;
  readonly proofs: ProofStore;
  readonly embedders: Embedders;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/** A hit that somebody found wrong. */
export interface WrongHit {
  readonly endpoint: string;
  /** `support-bot@7`. */
  readonly release: string;
  /** The exact key of the question that was answered. */
  readonly question: string;
  readonly at: number;
  readonly fact: SemanticFact;
}

/** What calls of one endpoint had to do with it since the process started, by outcome, and what judges said. */
export type SemanticTally = Readonly<Record<string, number>>;

/** All copies of partitions in this process, bytes. */
const COPY_BYTES = 64 * 1024 * 1024;

/** Judges asked at the same time: behind them are calls whose records wait. */
const MOST_AUDITS = 32;

/** Questions that are being remembered at the same time; more are not. */
const MOST_PUTS = 64;

/** The gateway's side of questions that mean the same. */
export class SemanticDesk {
  readonly store: MeaningStore;
  readonly proofs: ProofStore;
  readonly embedders: Embedders;
  readonly certifications: Certifications;
  readonly copies: PartitionCopies;
  readonly #tallies = new Map<string, Map<string, number>>();
  readonly #troubles = new Map<string, Map<string, number>>();
  readonly #audits = new Map<OpenCall, Promise<void>>();
  readonly #puts = new Set<Promise<void>>();
  #isClosed = false;

  constructor({ store, proofs, embedders, clock, announcer }: SemanticDeskTerms) {
    this.store = store;
    this.proofs = proofs;
    this.embedders = embedders;
    this.certifications = new Certifications({ store: proofs, clock, announcer });
    this.copies = new PartitionCopies({ store, clock, maxBytes: COPY_BYTES });
  }

  /** Counts what became of a search. */
  count(endpoint: string, { outcome, verdict, trouble }: SemanticFact): void {
    this.add(endpoint, outcome);
    if (verdict !== null) return this.add(endpoint, verdict);
    if (outcome !== "audit") return;
    this.add(endpoint, "unjudged");
    if (trouble !== null) countOf(this.#troubles, endpoint, trouble);
  }

  add(endpoint: string, what: string): void {
    countOf(this.#tallies, endpoint, what);
  }

  tally(): Readonly<Record<string, SemanticTally>> {
    return talliesOf(this.#tallies);
  }

  /** Why audits have no verdict, by endpoint. */
  troubles(): Readonly<Record<string, SemanticTally>> {
    return talliesOf(this.#troubles);
  }

  /** Whether one more judge may be asked. */
  get hasRoom(): boolean {
    return !this.#isClosed && this.#audits.size < MOST_AUDITS;
  }

  /** Keeps an audit until it is over, so that it can be broken off. */
  hold(aside: OpenCall, audit: Promise<void>): Promise<void> {
    const held = audit.finally(() => this.#audits.delete(aside));
    this.#audits.set(aside, held);
    return held;
  }

  /** Runs what nobody waits for; what fails is counted. */
  behind(endpoint: string, work: () => Promise<void>): void {
    if (this.#isClosed || this.#puts.size >= MOST_PUTS) return this.add(endpoint, "unremembered");
    const put: Promise<void> = work()
      .catch(() => this.add(endpoint, "unremembered"))
      .finally(() => this.#puts.delete(put));
    this.#puts.add(put);
  }

  /** A client was given an answer that was wrong for it: never again to this question, and the score learns of it. */
  async refuse({ endpoint, release, question, at, fact }: WrongHit): Promise<boolean> {
    const { hit, similarity } = fact;
    if (hit === undefined) return false;
    const { partition, key, group, scope, embedder, features } = hit;
    const place = { partition, key };
    // Said once more it teaches nothing more.
    if (!(await this.store.veto(place, question))) return false;
    this.copies.veto(place, question);
    const note = { similarity: similarity ?? 1, right: false };
    await this.store.note(place, note);
    this.copies.note(place, note);
    const known: MeaningGroup = { name: group, endpoint, release, scope, terms: null };
    this.certifications.tell(known, { type: "label", at, embedder, features, isCorrect: false });
    return true;
  }

  /** Forgets all questions of an endpoint; what is proven of them stays. */
  async purge(endpoint: string): Promise<void> {
    await this.store.remove({ endpoint });
    this.copies.clear();
  }

  /** Waits for what is under way and writes what was found out; never rejects. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#audits.values(), ...this.#puts]);
    await this.certifications.flush();
  }

  /** Breaks off the judges, so that their calls can be recorded. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const aside of this.#audits.keys()) {
      aside.abandoned = true;
      aside.underWay?.abandon();
    }
    await Promise.allSettled([...this.#audits.values(), ...this.#puts]);
    await this.certifications.close();
    await this.embedders.close();
  }
}

type Tallies = Map<string, Map<string, number>>;

function countOf(tallies: Tallies, endpoint: string, what: string): void {
  const tally = tallies.get(endpoint) ?? new Map<string, number>();
  tallies.set(endpoint, tally);
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

const talliesOf = (tallies: Tallies): Readonly<Record<string, SemanticTally>> =>
  Object.fromEntries([...tallies].map(([endpoint, tally]) => [endpoint, Object.fromEntries(tally)]));
