import type { QuestionTraits } from "./question-traits.ts";

/** In what two questions differ that an embedding hardly sees. True is a difference. */
export interface GuardFlags {
  readonly number: boolean;
  readonly identifier: boolean;
  /** One of the two is negated and the other is not. */
  readonly negation: boolean;
  readonly entity: boolean;
  /** One has a word where the other has its opposite. */
  readonly antonym: boolean;
}

/** Compares two questions. */
export function guardsOf(question: QuestionTraits, candidate: QuestionTraits): GuardFlags {
  return {
    number: question.numbers !== candidate.numbers,
    identifier: question.identifiers !== candidate.identifiers,
    negation: question.negations % 2 !== candidate.negations % 2,
    entity: differInNames(question, candidate),
    antonym: standOpposite(question.sides, candidate.sides),
  };
}

/** The differences that a partition marked transactional never passes over, whatever the score says. */
export type TransactionalVeto = "number" | "identifier" | "negation";

/** Why a pair is none in a transactional partition; `null` when it may be. */
export function transactionalVeto({ number, identifier, negation }: GuardFlags): TransactionalVeto | null {
  if (number) return "number";
  if (identifier) return "identifier";
  return negation ? "negation" : null;
}

/** A name of one that the other has not at all, in whatever case: people write names in lower case too. */
function differInNames(one: QuestionTraits, other: QuestionTraits): boolean {
  return (
    [...one.entities].some((name) => !other.wordSet.has(name)) ||
    [...other.entities].some((name) => !one.wordSet.has(name))
  );
}

/** A side that only one stands on, against the opposite side that only the other stands on. */
function standOpposite(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  for (const side of one) {
    const opposite = side ^ 1;
    if (!other.has(side) && other.has(opposite) && !one.has(opposite)) return true;
  }
  return false;
}
