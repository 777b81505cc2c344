import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { ToolRecord } from "../../domain/backtest/tool-calls.ts";
import type { RecordedResult } from "../../domain/backtest/tool-calls.ts";
import { turnsOf } from "../../domain/backtest/turns.ts";
import type { RecordedTurn } from "../../domain/backtest/turns.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Dialect, DialectName } from "../../ports/dialect.ts";
import { asBuffer } from "./judge-call.ts";

/** A recorded call with what it says of tools. */
export interface RecordedCall {
  readonly id: string;
  readonly bringsResults: boolean;
  readonly record: CallRecord;
  /** The request as the client sent it. */
  readonly bytes: Buffer;
  /** Results of tools that it brings, those of earlier turns included. */
  readonly results: readonly RecordedResult[];
}

/** A recorded session as it is replayed. */
export interface RecordedSession {
  readonly dialect: Dialect;
  readonly turns: readonly RecordedTurn<RecordedCall>[];
}

/** The recorded calls with their bytes; `null` where one of them is gone or is no conversation. */
export async function readSession(
  { calls, dialects }: { readonly calls: CallStore; readonly dialects: ReadonlyMap<DialectName, Dialect> },
  ids: readonly string[],
): Promise<RecordedSession | null> {
  const read: RecordedCall[] = [];
  let dialect: Dialect | undefined;
  for (const id of ids) {
    const [facts, bodies] = [await calls.facts(id), await calls.bodies(id)];
    if (facts === null || bodies?.request == null || bodies.answer === null) return null;
    dialect ??= dialects.get(facts.dialect as DialectName);
    const call = dialect?.name === facts.dialect ? readCall({ facts, bodies }, dialect) : null;
    if (call === null) return null;
    read.push(call);
  }
  return dialect === undefined ? null : { dialect, turns: turnsOf(read) };
}

/** Whether a request's last message brings results of tools. */
export function bringsResults({ outline }: Pick<Dialect, "outline">, body: JsonObject): boolean {
  const last = outline?.(body).messages.at(-1);
  return last !== undefined && (last.role === "tool" || last.answers.length > 0);
}

/** A body that its own dialect read once, and that was recorded as it came. */
function readCall(record: CallRecord, dialect: Dialect): RecordedCall | null {
  const { request } = record.bodies;
  if (request === null || dialect.outline === undefined) return null;
  try {
    const bytes = asBuffer(request);
    const body = JSON.parse(bytes.toString()) as JsonObject;
    return {
      id: record.facts.id,
      bringsResults: bringsResults(dialect, body),
      record,
      bytes,
      results: dialect.toolTalk?.results(body) ?? [],
    };
  } catch {
    return null;
  }
}

/**
 * What tools gave in a session: first what this turn was given, then whatever the other turns were. A request repeats the
 * results of the turns before it, so each turn's own are those of its last call that no earlier turn had.
 */
export function toolRecordOf({ turns }: Pick<RecordedSession, "turns">, turn: RecordedTurn<RecordedCall>): ToolRecord {
  const before = turn.first.results.length;
  const own = (turn.calls.at(-1)?.results ?? []).slice(before);
  const others = turns.at(-1)?.calls.at(-1)?.results ?? [];
  return new ToolRecord([...own, ...others]);
}

/** The tool calls of an answer, where it calls any. */
export const toolCallsIn = (answer: AnswerSummary | null): AnswerSummary["toolCalls"] => answer?.toolCalls ?? [];
