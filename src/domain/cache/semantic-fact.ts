/** Why a question has no meaning to look for: only exactly the same one is answered from the cache. */
export type SemanticBar =
  /** Its client wants no answer to another question. */
  | "exact"
  /** It has no canonical form, or asks for features of a beta. */
  | "dialect"
  /** It does not end with words of the user alone: there are pictures, documents, sound, or a result of a tool. */
  | "not-words"
  /** Every user has answers of their own, and it names none. */
  | "no-user"
  | "empty"
  | "too-long"
  /** It is about now (`today`, `latest`). */
  | "time"
  /** It holds what is personal. */
  | "personal"
  /** It goes on with a conversation: its words alone do not say what is meant. */
  | "pronoun"
  | "ellipsis";

/** What became of the search for a question that means the same. */
export type SemanticOutcome =
  | SemanticBar
  /** Its answer was given. */
  | "hit"
  /** The coin sent the call to the model, whatever the score; a judge compares. */
  | "audit"
  /** Nothing is proven (yet), so nothing is given. */
  | "collecting"
  | "closed"
  /** The score is below the threshold that is proven. */
  | "below"
  /** Nobody has asked anything like it. */
  | "none"
  /** The nearest one may not answer it: a veto, or numbers that differ. */
  | "vetoed"
  /** The vector of the question came too late. */
  | "late"
  /** Nobody could make a vector, or pay for it. */
  | "no-vector"
  /** What is remembered or proven could not be read (yet). */
  | "unready";

/** A judge's word on an audit. */
export type SemanticVerdict = "right" | "wrong";

/** What the record keeps of the search for a question that means the same. */
export interface SemanticFact {
  readonly outcome: SemanticOutcome;
  /** Of the nearest question, 0 to 1; `null` where none was looked for or found. */
  readonly similarity: number | null;
  /** How probably its answer is right, as the score has learnt it; `null` before that. */
  readonly score: number | null;
  readonly audited: boolean;
  /** `null` where there was no audit, or nobody judged. */
  readonly verdict: SemanticVerdict | null;
  /** Why an audit has no verdict. */
  readonly trouble: string | null;
  /** The call that made the answer of the nearest question. */
  readonly callId: string | null;
  /** What feedback to a hit needs; absent for all else. */
  readonly hit?: SemanticTrace;
}

/** Where a hit came from: feedback to it teaches the score. */
export interface SemanticTrace {
  readonly partition: string;
  /** Key of the answer. */
  readonly key: string;
  readonly group: string;
  /** Who shares the answer. */
  readonly scope: string;
  readonly embedder: string;
  readonly features: readonly number[];
}
