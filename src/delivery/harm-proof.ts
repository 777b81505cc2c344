import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";
import type { Reading } from "../domain/evidence/evidence.ts";
import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { LedgerTerms } from "./ledger-terms.ts";

/** What a reading rests on, the engine apart. */
export type LedgerCut = Omit<EvidenceCut, "engine">;

/** Harm at the moment in which it was proven, and what that rests on where it is known. */
export interface Crossing {
  readonly reading: Reading;
  readonly cut: LedgerCut | null;
}

/** Whether a rollout's sessions have proven harm, over all of them and without failures of the candidate's provider. */
export class HarmProof {
  readonly #terms: Pick<LedgerTerms, "evidence" | "others" | "judgesAlone">;
  /** What a reading of now rests on. */
  readonly #cutNow: () => LedgerCut;
  #crossed: Crossing | null = null;
  #crossedItself: Crossing | null = null;
  #apart: { readonly pair: string; readonly isApart: boolean } | null = null;

  constructor(terms: Pick<LedgerTerms, "evidence" | "others" | "judgesAlone">, cutNow: () => LedgerCut) {
    this.#terms = terms;
    this.#cutNow = cutNow;
  }

  /** The harm that counts, of the releases themselves where failures of providers are told apart; `null` before it is proven. */
  get current(): Crossing | null {
    return this.isApart ? this.#crossedItself : this.#crossed;
  }

  /** Harm that rests on failures of the candidate's provider alone, where those are told apart; `null` where none is proven. */
  get ofProvider(): Crossing | null {
    return this.current === null ? this.#crossed : null;
  }

  /** Whether failures of providers are told apart from those of the releases; before anybody has said, they are. */
  get isApart(): boolean {
    return this.#terms.evidence.itself !== null && this.#apart?.isApart !== false;
  }

  /** Says whether two releases (a pair of ids, as text) ask different providers. */
  tellApart(pair: string, isApart: boolean): void {
    this.#apart = { pair, isApart };
  }

  /** Whether that has been said of this pair. */
  knowsApart(pair: string): boolean {
    return this.#apart?.pair === pair;
  }

  /** Harm that an earlier process had proven. */
  restore(crossed: Crossing | null, itself: Crossing | null): void {
    this.#crossed = crossed;
    this.#crossedItself = itself;
  }

  /**
   * Whether harm has been proven: once crossed, always crossed. Cheap; asked after every outcome. With other replicas
   * only the sum of all evidence proves anything: each testing alone would multiply the false alarms, and a replica
   * that does not decide would stop a candidate that goes on everywhere else.
   */
  hasCrossed(): boolean {
    const { evidence, others, judgesAlone } = this.#terms;
    if (others.isEmpty && judgesAlone?.() !== false) this.#judge(evidence);
    return this.current !== null;
  }

  /** The same on the evidence of all replicas, as far as it has been heard. */
  hasCrossedTogether(): boolean {
    const { evidence, others } = this.#terms;
    this.#judge(others.isEmpty ? evidence : others.mergedWith(evidence));
    return this.current !== null;
  }

  #judge(evidence: Evidence): void {
    if (this.#crossed === null && evidence.logUnion() >= evidence.threshold) {
      this.#crossed = { reading: evidence.reading(), cut: this.#cutNow() };
    }
    const { itself } = evidence;
    if (itself === null || this.#crossedItself !== null || !(itself.logUnion() >= itself.threshold)) return;
    this.#crossedItself = { reading: evidence.reading(), cut: this.#cutNow() };
  }
}
