import type { QuestionTraits } from "../../../src/domain/cache/semantic/question-traits.ts";
import type { Random } from "../../evidence/random.ts";
import type { DataSet } from "../data-sets.ts";
import type { Neighbours } from "../neighbours.ts";

/** The stream that rules are tried on. */
export interface World {
  readonly data: DataSet;
  readonly neighbours: Neighbours;
  readonly traits: readonly QuestionTraits[];
  /** Whether a question has nothing to do with the cache. */
  readonly isBarred: readonly boolean[];
}

/** What a rule did with a question: the entry whose answer it gave, `null` for asking the model. */
export interface Outcome {
  readonly served: number | null;
  /** Whether a judge compared the fresh answer with a kept one. */
  readonly isJudged: boolean;
}

/** A cache rule under trial. */
export interface Rule {
  readonly name: string;
  /** Share of wrong answers that was asked for; `null` for a rule that promises nothing. */
  readonly bound: number | null;
  /** A new cache; the returned function takes the questions one after the other. */
  open(world: World, run: { readonly random: Random; readonly name: string }): (question: number) => Outcome;
}

/** A question that the model answers and nobody judges. */
export const MISS: Outcome = { served: null, isJudged: false };
