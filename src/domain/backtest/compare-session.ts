import { isInvalid, isRefusal } from "../answer/finding.ts";
import type { FindingKind } from "../answer/finding.ts";
import { isFailing } from "../answer/checks-policy.ts";
import type { CheckAction } from "../answer/checks-policy.ts";
import type { FailureCause } from "../traffic/assignment.ts";
import type { PairPreference } from "../shadow/shadow-pair.ts";
import { compareStructure, isSameStructure, jsonIn } from "./compare-json.ts";
import type { StructureChange } from "./compare-json.ts";
import { textSimilarity } from "./text-similarity.ts";
import { compareTools } from "./tool-calls.ts";
import type { AskedTool, ToolChange } from "./tool-calls.ts";

/** One call of either release, as far as it is compared. */
export interface ComparedCall {
  readonly id: string;
  readonly failure: FailureCause | null;
  /** What both releases' checks together find in its answer. */
  readonly findings: readonly { readonly check: FindingKind; readonly action: CheckAction }[];
  readonly latencyMs: number;
  readonly firstTokenMs: number | null;
  readonly outputTokens: number;
  /** As if nothing had come from a provider's prompt cache, pico-dollars. */
  readonly costPico: bigint;
  /** `null` where there is none. */
  readonly answer: { readonly text: string; readonly toolCalls: readonly AskedTool[] } | null;
}

/** A turn of both releases. */
export interface ComparedTurn {
  readonly baseline: readonly ComparedCall[];
  readonly candidate: readonly ComparedCall[];
  /** The candidate has called a tool as nobody had recorded: the turn was not replayed further. */
  readonly isDiverged: boolean;
}

/** What one release did in a session. */
export interface SessionSide {
  readonly failed: boolean;
  readonly refused: boolean;
  readonly invalid: boolean;
  /** Of all its compared calls together, ms; `null` where one has failed. */
  readonly latencyMs: number | null;
  /** Mean over the turns, ms; `null` where nothing was streamed. */
  readonly firstTokenMs: number | null;
  readonly outputTokens: number;
  readonly costPico: bigint;
}

/** How the answers of one turn differ. */
export interface TurnChange {
  /** The last calls of the turn on either side, for reading side by side. */
  readonly baselineCall: string;
  readonly candidateCall: string;
  /** Whether either release has called a tool. */
  readonly usesTools: boolean;
  readonly tools: ToolChange;
  /** What follows is `null` where there is no answer on either side, or the turn was not replayed to its end. */
  readonly isExact: boolean | null;
  readonly similarity: number | null;
  /** `null` also where the baseline's answer is no JSON; `not_json` where only the candidate's is none. */
  readonly structure: StructureChange | "not_json" | null;
  readonly isDiverged: boolean;
}

/** A session of both releases. */
export interface PairOutcome {
  readonly baseline: SessionSide;
  readonly candidate: SessionSide;
  readonly turns: readonly TurnChange[];
  /** What a judge made of it; absent where none was asked. */
  readonly judged?: SessionJudgement;
}

/** What a judge made of a session's last answers. */
export interface SessionJudgement {
  readonly verdict: PairPreference | "failed";
  readonly isFlipped: boolean;
  readonly questions: number;
  /** Why it failed, in a clause. */
  readonly trouble: string | null;
}

/**
 * Compares a session. A turn that diverged is compared as far as it was replayed: of the baseline only as many calls
 * count as the candidate has made, so that neither looks cheaper or better for having done less.
 */
export function compareSession(turns: readonly ComparedTurn[]): PairOutcome {
  const fair = turns.map((turn) => (turn.isDiverged ? cutToSame(turn) : turn));
  return {
    baseline: sideOf(fair.map(({ baseline }) => baseline)),
    candidate: sideOf(fair.map(({ candidate }) => candidate)),
    turns: fair.map(changeOf),
  };
}

const cutToSame = (turn: ComparedTurn): ComparedTurn => ({
  ...turn,
  baseline: turn.baseline.slice(0, Math.max(1, turn.candidate.length)),
});

function sideOf(turns: readonly (readonly ComparedCall[])[]): SessionSide {
  const calls = turns.flat();
  const failed = calls.some(hasFailed);
  const firsts = turns.flatMap(([first]) => (first?.firstTokenMs == null ? [] : [first.firstTokenMs]));
  return {
    failed,
    refused: calls.some(({ findings }) => findings.some(({ check }) => isRefusal(check))),
    invalid: calls.some(({ findings }) => findings.some(({ check }) => isInvalid(check))),
    latencyMs: failed ? null : calls.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    firstTokenMs: firsts.length === 0 ? null : firsts.reduce((sum, ms) => sum + ms, 0) / firsts.length,
    outputTokens: calls.reduce((sum, call) => sum + call.outputTokens, 0),
    costPico: calls.reduce((sum, call) => sum + call.costPico, 0n),
  };
}

const hasFailed = ({ failure, findings }: ComparedCall): boolean =>
  failure !== null || findings.some(({ action }) => isFailing(action));

function changeOf({ baseline, candidate, isDiverged }: ComparedTurn): TurnChange {
  const [before, after] = [baseline.at(-1), candidate.at(-1)];
  const toolsOf = (calls: readonly ComparedCall[]): readonly AskedTool[] =>
    calls.flatMap(({ answer }) => answer?.toolCalls ?? []);
  const [asked, asks] = [toolsOf(baseline), toolsOf(candidate)];
  const tools = compareTools(asked, asks);
  const known = {
    baselineCall: before?.id ?? "",
    candidateCall: after?.id ?? "",
    usesTools: asked.length + asks.length > 0,
    tools,
    isDiverged,
  };
  if (isDiverged || before?.answer == null || after?.answer == null) {
    return { ...known, isExact: null, similarity: null, structure: null };
  }
  const [was, is] = [before.answer.text, after.answer.text];
  return {
    ...known,
    isExact: was === is && tools === "same",
    similarity: textSimilarity(was, is),
    structure: structureOf(was, is),
  };
}

function structureOf(was: string, is: string): TurnChange["structure"] {
  const before = jsonIn(was);
  if (before === undefined) return null;
  const after = jsonIn(is);
  return after === undefined ? "not_json" : compareStructure(before, after);
}

/** Whether the structure of an answer has changed; `null` where there was none to compare. */
export const hasNewStructure = ({ structure }: TurnChange): boolean | null =>
  structure === null ? null : structure === "not_json" || !isSameStructure(structure);
