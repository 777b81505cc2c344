import { hasNewStructure } from "./compare-session.ts";
import type { PairOutcome, TurnChange } from "./compare-session.ts";
import type { WorstPair } from "./result.ts";

/** A compared session with its name. */
export interface NamedPair {
  readonly session: string;
  readonly part: "drawn" | "sought";
  readonly pair: PairOutcome;
}

const MOST = 10;

/** The pairs that are worth reading first, the worst first; those that differ in nothing are none of them. */
export function worstPairs(pairs: readonly NamedPair[]): readonly WorstPair[] {
  return pairs
    .map(worstOf)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight || (one.worst.session < other.worst.session ? -1 : 1))
    .slice(0, MOST)
    .map(({ worst }) => worst);
}

interface Weighed {
  readonly weight: number;
  readonly worst: WorstPair;
}

/** How much worse each thing is, so that graver ones outweigh all lesser ones together; words for people. */
const GRAVITY = { failed: 64, invalid: 32, refused: 32, structure: 8, tools: 8, diverged: 4, arguments: 4, order: 1 };

function worstOf({ session, part, pair }: NamedPair): Weighed {
  const { baseline, candidate } = pair;
  const whole: readonly (readonly [weight: number, because: string])[] = [
    [candidate.failed && !baseline.failed ? GRAVITY.failed : 0, "failed"],
    [candidate.invalid && !baseline.invalid ? GRAVITY.invalid : 0, "invalid output"],
    [candidate.refused && !baseline.refused ? GRAVITY.refused : 0, "refused"],
  ];
  const turns = pair.turns.map((turn) => ({ turn, reasons: reasonsIn(turn) }));
  const worst = turns.toSorted((one, other) => weightOf(other.reasons) - weightOf(one.reasons))[0];
  const reasons = [...whole, ...(worst?.reasons ?? [])].filter(([weight]) => weight > 0);
  return {
    weight: weightOf(reasons),
    worst: {
      session,
      baselineCall: worst?.turn.baselineCall ?? "",
      candidateCall: worst?.turn.candidateCall ?? "",
      because: reasons.map(([, because]) => because).join(", "),
      part,
    },
  };
}

type Reasons = readonly (readonly [weight: number, because: string])[];

const weightOf = (reasons: Reasons): number => reasons.reduce((sum, [weight]) => sum + weight, 0);

/** A text this unlike is said to be. */
const UNLIKE = 0.3;

function reasonsIn(turn: TurnChange): Reasons {
  const { tools, similarity, isDiverged, structure } = turn;
  const reasons: (readonly [number, string])[] = [];
  if (hasNewStructure(turn) === true) {
    reasons.push([GRAVITY.structure, structure === "not_json" ? "no JSON" : "other fields"]);
  }
  if (tools === "tools") reasons.push([GRAVITY.tools, "other tools"]);
  if (tools === "arguments") reasons.push([GRAVITY.arguments, "other arguments"]);
  if (tools === "order") reasons.push([GRAVITY.order, "tools in another order"]);
  if (isDiverged) reasons.push([GRAVITY.diverged, "no recorded result for its tool call"]);
  if (similarity !== null) reasons.push([1 - similarity, similarity < UNLIKE ? "another text" : "other words"]);
  return reasons;
}
