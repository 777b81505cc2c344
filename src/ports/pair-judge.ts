import type { JsonObject } from "../domain/json.ts";
import type { PairJudgePlan } from "../domain/rollout/plan.ts";

/** An answer as a judge is shown it. */
export interface ShownAnswer {
  readonly text: string;
  readonly tool_calls: readonly { readonly name: string; readonly arguments: string }[];
}

/** Two answers to the same request, in one order. Nothing of it tells which release gave which. */
export interface PairQuestion {
  /** One for each order of each pair. */
  readonly id: string;
  readonly endpoint: string;
  readonly environment: string;
  /** What the judge looks at, and the judge that is wanted. */
  readonly score: string;
  readonly digest: string;
  /** As the client sent it. */
  readonly request: JsonObject;
  readonly first: ShownAnswer;
  readonly second: ShownAnswer;
}

/** Which answer is better, or in a clause why that was not said. */
export type PairAnswer = { readonly better: "first" | "second" | "tie" } | { readonly trouble: string };

/** Asks a judge of pairs one question, once, until it answers or `signal` says stop. Never rejects. */
export interface PairJudge {
  ask(
    plan: Pick<PairJudgePlan, "place" | "timeoutMs">,
    question: PairQuestion,
    signal: AbortSignal,
  ): Promise<PairAnswer>;
}
