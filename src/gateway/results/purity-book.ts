import { objectIn } from "../../domain/object-in.ts";
import { UNAUDITED, isImpure, withAudit } from "../../domain/results/purity.ts";
import type { Purity } from "../../domain/results/purity.ts";
import type { AnswerCache, CachePlace } from "../../ports/answer-cache.ts";
import type { Clock } from "../../ports/clock.ts";

/** That a source gives nothing any more, and what showed that it should not. */
export interface Closing extends Purity {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What the book stands on. */
export interface PurityTerms {
  readonly cache: AnswerCache;
  readonly clock: Clock;
}

/** A hundred times 0.01 is a little less than 1. */
const ROUNDING = 1e-9;

const FORMAT = "rollward.closing/1";
const KEEP_MS = 365 * 86_400_000;
/** Closings lie apart from results, so that no purge opens a source again. */
const FOLDER = "closed";

const placeOf = (purity: string): CachePlace => ({ endpoint: FOLDER, key: purity });

/**
 * Evidence that kept results are what a new run would give, and the sources that it has closed. Evidence is each
 * process's own; with a shared cache a closing holds for all that share it.
 */
export class PurityBook {
  readonly #terms: PurityTerms;
  readonly #evidence = new Map<string, Purity>();
  readonly #closed = new Map<string, Closing>();
  /** Audits that are owed, by source: each lookup with a result adds its share, and an audit takes 1 away. */
  readonly #owed = new Map<string, number>();

  constructor(terms: PurityTerms) {
    this.#terms = terms;
  }

  evidenceOf(purity: string): Purity {
    return this.#evidence.get(purity) ?? UNAUDITED;
  }

  /** Whether this lookup is the one in so many that runs all the same. Evenly spread, so that a small share is kept too. */
  isAuditDue(purity: string, share: number): boolean {
    const owed = (this.#owed.get(purity) ?? 0) + share;
    const isDue = owed >= 1 - ROUNDING;
    this.#owed.set(purity, isDue ? Math.max(0, owed - 1) : owed);
    return isDue;
  }

  /** Whether the source is closed; with a shared cache what is written there holds, so that opening it reaches everybody. */
  async closingOf(purity: string): Promise<Closing | null> {
    const { cache } = this.#terms;
    if (!cache.isShared) return this.#closed.get(purity) ?? null;
    const text = await cache.find(placeOf(purity));
    return text === null ? null : readClosing(text);
  }

  /** Notes a comparison; resolves to whether it has closed the source. */
  async note(
    purity: string,
    { differs, mayDiffer }: { readonly differs: boolean; readonly mayDiffer: number },
  ): Promise<boolean> {
    const evidence = withAudit(this.evidenceOf(purity), differs);
    this.#evidence.set(purity, evidence);
    if (!isImpure(evidence, mayDiffer)) return false;
    const { cache, clock } = this.#terms;
    const closing: Closing = { ...evidence, at: clock.now() };
    this.#closed.set(purity, closing);
    // The closing holds it now: whoever opens the source on another replica opens it here too, with nothing against it.
    this.#evidence.delete(purity);
    await cache.store(placeOf(purity), JSON.stringify({ format: FORMAT, ...closing }), KEEP_MS);
    return true;
  }

  /** Opens a source again, without what was held against it; resolves to whether it was closed. */
  async open(purity: string): Promise<boolean> {
    const wasClosed = this.#closed.delete(purity);
    this.#evidence.delete(purity);
    return (await this.#terms.cache.evict(placeOf(purity))) || wasClosed;
  }
}

function readClosing(text: string): Closing | null {
  const facts = objectIn(text);
  if (facts?.["format"] !== FORMAT) return null;
  const { at, audits, differed } = facts;
  return typeof at === "number" && typeof audits === "number" && typeof differed === "number"
    ? { at, audits, differed }
    : null;
}
