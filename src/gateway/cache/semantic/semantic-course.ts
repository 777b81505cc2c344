import type { SemanticPolicy } from "../../../domain/cache/semantic-policy.ts";
import type { SemanticFact, SemanticOutcome, SemanticVerdict } from "../../../domain/cache/semantic-fact.ts";
import type { PairFeatures } from "../../../domain/cache/semantic/pair-features.ts";
import type { Embedder } from "../../../ports/embedder.ts";
import type { KnownMeaning } from "../../../ports/meaning-store.ts";
import type { MeaningGroup } from "./certifications.ts";

/** What a search for a question of the same meaning stands on. */
export interface MeaningTerms {
  readonly policy: SemanticPolicy;
  readonly question: string;
  readonly partition: string;
  readonly group: MeaningGroup;
  readonly embedder: Embedder;
}

/** The nearest question whose answer may be given, and that answer. */
export interface MeaningCandidate {
  readonly meaning: KnownMeaning;
  readonly similarity: number;
  readonly features: PairFeatures;
  /** The text of its answer. */
  readonly answer: string;
}

/** A call's way past the questions that mean the same; mutable as the call is. */
export interface SemanticCourse {
  /** `null` where there is nothing to look for. */
  readonly terms: MeaningTerms | null;
  /** Why there is nothing to look for; `null` where there is. */
  readonly bar: SemanticOutcome | null;
  /** `null` until something was looked for. */
  outcome: SemanticOutcome | null;
  /** Never rejects; `null` inside where nobody could make it. */
  vector: Promise<Float32Array | null> | null;
  candidate: MeaningCandidate | null;
  score: number | null;
  verdict: SemanticVerdict | null;
  trouble: string | null;
  /** What the judge and the vector cost, pico-dollars. */
  judgePico: bigint;
  vectorPico: bigint;
  /** What another call found that asked for this one as well. */
  shared: SemanticFact | null;
}

/**
 * A course on which nothing has happened yet. What it stands on is made when it is first looked at: a call that is
 * answered from the exact cache needs none of it.
 */
export function newSemanticCourse(find: () => MeaningTerms | SemanticOutcome): SemanticCourse {
  let known: MeaningTerms | SemanticOutcome | null = null;
  const found = (): MeaningTerms | SemanticOutcome => (known ??= find());
  return {
    get terms() {
      const terms = found();
      return typeof terms === "string" ? null : terms;
    },
    get bar() {
      const bar = found();
      return typeof bar === "string" ? bar : null;
    },
    outcome: null,
    vector: null,
    candidate: null,
    score: null,
    verdict: null,
    trouble: null,
    judgePico: 0n,
    vectorPico: 0n,
    shared: null,
  };
}

/** What the record keeps of it; `null` where nothing was looked for. */
export function semanticFactOf(course: SemanticCourse): SemanticFact | null {
  const { outcome, candidate, score, verdict, trouble, shared } = course;
  if (shared !== null) return shared;
  if (outcome === null) return null;
  const { terms } = course;
  return {
    outcome,
    similarity: candidate === null ? null : rounded(candidate.similarity),
    score: score === null ? null : rounded(score),
    audited: outcome === "audit",
    verdict,
    trouble,
    callId: candidate?.meaning.callId ?? null,
    ...(outcome === "hit" &&
      candidate !== null &&
      terms !== null && {
        hit: {
          partition: terms.partition,
          key: candidate.meaning.key,
          group: terms.group.name,
          scope: terms.group.scope,
          embedder: terms.embedder.id,
          features: candidate.features,
        },
      }),
  };
}

const PLACES = 10_000;

const rounded = (share: number): number => Math.round(share * PLACES) / PLACES;
