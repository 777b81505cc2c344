import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { compareSession } from "../../domain/backtest/compare-session.ts";
import type { ComparedCall, ComparedTurn, PairOutcome } from "../../domain/backtest/compare-session.ts";
import type { ToolRecord } from "../../domain/backtest/tool-calls.ts";
import type { RecordedTurn } from "../../domain/backtest/turns.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { missingBudget } from "../copy-money/missing-budget.ts";
import type { MissingBudget } from "../copy-money/missing-budget.ts";
import { answerIn, excuseOf, judgeCall } from "./judge-call.ts";
import type { Excuse, JudgeTerms } from "./judge-call.ts";
import { PURSE_RULE } from "./purse.ts";
import { toolCallsIn, toolRecordOf } from "./recorded-session.ts";
import type { RecordedCall, RecordedSession } from "./recorded-session.ts";
import type { CallUnderWay, ReplayRequest } from "./replay-call.ts";

/** What replaying a session needs. */
export interface SessionTerms {
  readonly judge: Omit<JudgeTerms, "dialect">;
  /** Sends a request to the candidate. */
  readonly send: (request: ReplayRequest) => CallUnderWay;
  /** Keeps the record of a replayed call, marked as such. */
  readonly keep: (record: CallRecord, replays: string) => void;
  /** Lets live traffic go first; false when the replay is to end. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Told of every call when it begins and when it is over, so that it can be stopped in between. */
  readonly onCall: (call: CallUnderWay, isOver: boolean) => void;
}

/** The last turn that has answers on both sides, for a judge. */
export interface LastAnswers {
  /** The turn's first request, as the client sent it. */
  readonly bytes: Buffer;
  readonly baseline: NonNullable<ComparedCall["answer"]>;
  readonly candidate: NonNullable<ComparedCall["answer"]>;
}

/** A session that was replayed, or why it could not be. */
export type SessionReplay =
  | { readonly type: "compared"; readonly outcome: PairOutcome; readonly last: LastAnswers | null }
  | {
      readonly type: "excused";
      readonly excuse: Excuse;
      /** The budget of live traffic that it was for; `null` for other excuses and for its own budget. */
      readonly missing: MissingBudget | null;
    }
  /** It was told to end in the middle. */
  | { readonly type: "broken-off" };

/**
 * Replays every turn of a session. A turn begins with the recorded request, whose history is the recorded one; where the
 * candidate calls tools, they give what they gave when they were recorded, and the turn goes on as the candidate wants.
 */
export async function replaySession(session: RecordedSession, terms: SessionTerms): Promise<SessionReplay> {
  const turns: ComparedTurn[] = [];
  let last: LastAnswers | null = null;
  const judge: JudgeTerms = { ...terms.judge, dialect: session.dialect };
  for (const turn of session.turns) {
    const replayed = await replayTurn(turn, {
      ...terms,
      dialect: session.dialect,
      tools: toolRecordOf(session, turn),
    });
    if (!("calls" in replayed)) return replayed;
    const compared = {
      baseline: turn.calls.map(({ record }) => judgeCall(record, judge)),
      candidate: replayed.calls.map((record) => judgeCall(record, judge)),
      isDiverged: replayed.isDiverged,
    };
    turns.push(compared);
    last = answersIn(compared, turn.first.bytes) ?? last;
  }
  return { type: "compared", outcome: compareSession(turns), last };
}

/** What both sides came to in a turn that was replayed to its end; `null` where one has no answer. */
function answersIn({ baseline, candidate, isDiverged }: ComparedTurn, bytes: Buffer): LastAnswers | null {
  const [was, is] = [baseline.at(-1)?.answer, candidate.at(-1)?.answer];
  return isDiverged || was == null || is == null ? null : { bytes, baseline: was, candidate: is };
}

interface TurnTerms extends SessionTerms {
  readonly dialect: Dialect;
  readonly tools: ToolRecord;
}

interface TurnReplay {
  readonly calls: readonly CallRecord[];
  readonly isDiverged: boolean;
}

/** Steps that a candidate may take beyond the recorded ones: it may ask one by one what was asked together. */
const FURTHER_STEPS = 1;

async function replayTurn(
  turn: RecordedTurn<RecordedCall>,
  terms: TurnTerms,
): Promise<TurnReplay | Exclude<SessionReplay, { readonly type: "compared" }>> {
  const { dialect, tools } = terms;
  const { session } = turn.first.record.facts;
  const calls: CallRecord[] = [];
  let bytes: Buffer | null = turn.first.bytes;
  while (bytes !== null) {
    if (!(await terms.mayGoOn())) return { type: "broken-off" };
    const record = await sendOne(turn.first.id, { dialect, bytes, session }, terms);
    if (record.facts.outcome === "abandoned") return { type: "broken-off" };
    const excuse = excuseOf(record);
    if (excuse !== null) return { type: "excused", excuse, missing: missingIn(record) };
    calls.push(record);
    const answer = answerIn(record, dialect);
    if (toolCallsIn(answer).length === 0 || endsLikeRecorded(turn, calls.length, terms)) {
      return { calls, isDiverged: false };
    }
    const mayGoFurther = calls.length < turn.calls.length + FURTHER_STEPS;
    bytes = answer === null || !mayGoFurther ? null : withResults(bytes, answer, { dialect, tools });
  }
  return { calls, isDiverged: true };
}

/** The recorded turn ended with calls of tools as well: nobody has recorded what came of them. */
function endsLikeRecorded(turn: RecordedTurn<RecordedCall>, steps: number, { dialect }: TurnTerms): boolean {
  const last = turn.calls.at(-1);
  if (last === undefined || steps < turn.calls.length) return false;
  return toolCallsIn(answerIn(last.record, dialect)).length > 0;
}

async function sendOne(replays: string, request: ReplayRequest, terms: SessionTerms): Promise<CallRecord> {
  const call = terms.send(request);
  terms.onCall(call, false);
  try {
    const record = await call.record;
    // What this server itself refuses is tried again every second: nobody wants to read of that.
    if (excuseOf(record) !== "here" && missingIn(record)?.isSpent !== false) terms.keep(record, replays);
    return record;
  } finally {
    terms.onCall(call, true);
  }
}

const missingIn = ({ facts }: CallRecord): MissingBudget | null => missingBudget(facts, PURSE_RULE.name);

/** The conversation with what the candidate said and what its tools gave then; `null` where one gave nothing. */
function withResults(
  bytes: Buffer,
  answer: AnswerSummary,
  { dialect, tools }: Pick<TurnTerms, "dialect" | "tools">,
): Buffer | null {
  const results = answer.toolCalls.map((call) => tools.take(call));
  const known = results.flatMap((result) => (result === null ? [] : [result]));
  if (known.length < results.length) return null;
  return dialect.toolTalk?.goOn(bytes, { answer, results: known }) ?? null;
}
