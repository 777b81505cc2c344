import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import type { Assignment, FailureCause, Turn } from "../domain/traffic/assignment.ts";

/** A call of a session; one that is under way has no turn yet. */
export interface SessionCall {
  readonly number: number;
  turn: Turn | null;
}

/** One session between its assignment and its final outcome. */
export interface OpenSession {
  readonly order: number;
  readonly assignment: Assignment;
  /** Epoch milliseconds, for the journal. */
  readonly assignedAt: number;
  /** Monotonic milliseconds, for its window: a wall clock that is set would close all of them at once. */
  readonly beganAt: number;
  /** Its calls in the order in which they began, but for those that had no turn. */
  calls: SessionCall[];
  /** Turns that count so far; those of a session under way are in its calls. */
  turns: number;
  failure: FailureCause | null;
  latencySumMs: number;
  latencyCount: number;
  firstTokenSumMs: number;
  firstTokenCount: number;
  /** Whether every turn that is known asked for no stream. */
  isWhole: boolean;
  speedSum: number;
  speedCount: number;
  costPico: bigint;
  /** What caches saved, below 0 where they cost more. */
  savedPico: bigint;
  refused: boolean;
  invalid: boolean;
  toolFailed: boolean;
  abandoned: boolean;
  isFinal: boolean;
  isLeftOut: boolean;
  /** Whether another replica drew it too and counts it. */
  isYielded: boolean;
}

/** A session before its first turn has ended. */
export const openSession = (
  order: number,
  assignment: Assignment,
  { wallMs, elapsedMs }: { readonly wallMs: number; readonly elapsedMs: number },
): OpenSession => ({
  order,
  assignment,
  assignedAt: wallMs,
  beganAt: elapsedMs,
  calls: [],
  turns: 0,
  failure: null,
  latencySumMs: 0,
  latencyCount: 0,
  firstTokenSumMs: 0,
  firstTokenCount: 0,
  isWhole: true,
  speedSum: 0,
  speedCount: 0,
  costPico: 0n,
  savedPico: 0n,
  refused: false,
  invalid: false,
  toolFailed: false,
  abandoned: false,
  isFinal: false,
  isLeftOut: false,
  isYielded: false,
});

/** Calls that are remembered beyond those that count, in case some of these have no turn: a session may begin any number at once. */
const SPARE_CALLS = 8;

/** Notes that a call begins; answers whether it may count. */
export function beginCall(session: OpenSession, number: number, turns: number): boolean {
  const isKept = session.calls.length < turns + SPARE_CALLS;
  if (isKept) session.calls.push({ number, turn: null });
  return isKept;
}

/** Notes how a call ended. */
export function endCall(session: OpenSession, number: number, turn: Turn): void {
  const call = session.calls.find((one) => one.number === number);
  if (call !== undefined) call.turn ??= turn;
}

/** A call that is under way has no turn. */
export function dropCall(session: OpenSession, number: number): void {
  session.calls = session.calls.filter((call) => call.number !== number || call.turn !== null);
}

/** Whether any call of the session has ended. */
export const hasTurn = ({ calls }: OpenSession): boolean => calls.some(({ turn }) => turn !== null);

/** Whether the call has ended that began first: what came beside it and was faster says nothing of it. */
export const hasFirstTurn = ({ calls: [first] }: OpenSession): boolean => first !== undefined && first.turn !== null;

/** Whether the session's outcome is known: the first calls that began have all ended, or one of them has failed. */
export function isDecided({ calls }: OpenSession, turns: number): boolean {
  const counted = calls.slice(0, turns);
  if (counted.some(({ turn }) => turn !== null && turn.failure !== null)) return true;
  return counted.length === turns && counted.every(({ turn }) => turn !== null);
}

/** Adds up the turns that count, as far as they have ended. */
export function addTurns(session: OpenSession, turns: number): void {
  for (const { turn } of session.calls.slice(0, turns)) if (turn !== null) addTurn(session, turn);
  session.calls = [];
}

/** Adds what a turn contributes. */
function addTurn(session: OpenSession, turn: Turn): void {
  session.turns += 1;
  session.failure ??= turn.failure;
  session.costPico += turn.costPico;
  session.isWhole &&= turn.streamed === false;
  session.refused ||= turn.refused === true;
  session.invalid ||= turn.invalid === true;
  session.toolFailed ||= turn.toolFailed === true;
  session.abandoned ||= turn.abandoned === true;
  if (turn.neutralPico !== undefined) session.savedPico += turn.neutralPico - turn.costPico;
  if (turn.latencyMs !== null) {
    session.latencySumMs += turn.latencyMs;
    session.latencyCount += 1;
  }
  if (turn.firstTokenMs !== null) {
    session.firstTokenSumMs += turn.firstTokenMs;
    session.firstTokenCount += 1;
  }
  if (turn.tokensPerSecond !== undefined) {
    session.speedSum += turn.tokensPerSecond;
    session.speedCount += 1;
  }
}

/** The one contribution of a session to every metric that its own turns decide; its speed only where that is compared. */
export function outcomeOf(session: OpenSession, wantsSpeed: boolean): SessionOutcome {
  const { arm, epoch, weight } = session.assignment;
  return {
    arm,
    epoch,
    weight,
    failure: session.failure,
    latencyMs: session.latencyCount === 0 ? null : session.latencySumMs / session.latencyCount,
    firstTokenMs: session.firstTokenCount === 0 ? null : session.firstTokenSumMs / session.firstTokenCount,
    ...(session.failure !== null && session.turns > 0 && session.isWhole && { notStreamed: true as const }),
    costPico: Number(session.costPico),
    ...(session.refused && { refused: true as const }),
    ...(session.invalid && { invalid: true as const }),
    ...(session.toolFailed && { toolFailed: true as const }),
    ...(session.abandoned && { abandoned: true as const }),
    ...(wantsSpeed && session.speedCount > 0 && { tokensPerSecond: session.speedSum / session.speedCount }),
    ...(session.savedPico !== 0n && { neutralPico: Number(session.costPico + session.savedPico) }),
  };
}
