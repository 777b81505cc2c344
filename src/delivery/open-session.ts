import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import type { Assignment, FailureCause, Turn } from "../domain/traffic/assignment.ts";

/** One session between its assignment and its final outcome. */
export interface OpenSession {
  readonly order: number;
  readonly assignment: Assignment;
  readonly assignedAt: number;
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
  isFinal: boolean;
  isLeftOut: boolean;
}

/** A session before its first turn has ended. */
export const openSession = (order: number, assignment: Assignment, assignedAt: number): OpenSession => ({
  order,
  assignment,
  assignedAt,
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
  isFinal: false,
  isLeftOut: false,
});

/** Adds what a turn contributes. */
export function addTurn(session: OpenSession, turn: Turn): void {
  session.turns += 1;
  session.failure ??= turn.failure;
  session.costPico += turn.costPico;
  session.isWhole &&= turn.streamed === false;
  session.refused ||= turn.refused === true;
  session.invalid ||= turn.invalid === true;
  session.toolFailed ||= turn.toolFailed === true;
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
    ...(wantsSpeed && session.speedCount > 0 && { tokensPerSecond: session.speedSum / session.speedCount }),
    ...(session.savedPico !== 0n && { neutralPico: Number(session.costPico + session.savedPico) }),
  };
}
