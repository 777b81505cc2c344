import { isInvalid, isRefusal } from "../answer/finding.ts";
import type { CallFacts } from "../call/call-record.ts";
import { failureOf } from "../traffic/failure-of.ts";
import type { Turn } from "../traffic/assignment.ts";
import type { DrillHarm } from "./drill-harm.ts";

/** What a session of a drill is like: the outcome of one that was recorded. */
export interface DrillSession {
  readonly failed: boolean;
  readonly refused: boolean;
  readonly invalid: boolean;
  readonly abandoned: boolean;
  readonly latencyMs: number;
  readonly firstTokenMs: number | null;
  readonly costPico: bigint;
}

/** The sessions that a drill draws from. */
export interface DrillTraffic {
  readonly sessions: readonly DrillSession[];
  /** New sessions an hour. */
  readonly perHour: number;
  /** Whether sessions are recorded ones of the endpoint, or a typical mixture because there were too few. */
  readonly source: "recorded" | "typical";
}

/** Fewer say too little of what sessions are like. */
export const LEAST_RECORDED = 50;

const HOUR_MS = 3_600_000;

/** Sessions an hour where nothing is known: those of a small endpoint by day. */
const TYPICAL_PER_HOUR = 100;

/**
 * What recorded calls (any order) of the stable release say of its traffic. A session is as its first recorded call
 * was. `spanMs` is the time that the calls were looked for in.
 */
export function trafficOf(calls: readonly CallFacts[], spanMs: number): DrillTraffic {
  const first = new Map<string, CallFacts>();
  for (const call of calls) {
    const session = `${call.keyId}/${call.session?.id ?? call.id}`;
    const known = first.get(session);
    if (known === undefined || call.at < known.at) first.set(session, call);
  }
  const sessions = [...first.values()].map(sessionOf);
  if (sessions.length < LEAST_RECORDED)
    return { ...TYPICAL, perHour: sessions.length === 0 ? TYPICAL_PER_HOUR : rate(sessions.length, spanMs) };
  return { sessions, perHour: rate(sessions.length, spanMs), source: "recorded" };
}

const rate = (sessions: number, spanMs: number): number => (sessions * HOUR_MS) / Math.max(spanMs, 1);

const sessionOf = (call: CallFacts): DrillSession => ({
  failed: failureOf(call) !== null,
  refused: call.findings?.some(({ check }) => isRefusal(check)) === true,
  invalid: call.findings?.some(({ check }) => isInvalid(check)) === true,
  abandoned: call.leftWaiting === true,
  latencyMs: call.totalMs,
  firstTokenMs: call.firstTokenMs,
  costPico: call.costPico,
});

/** Deciles of a lognormal latency with a median of 1.2 s and σ 0.6, ms; one session in a hundred fails. */
const TYPICAL: Omit<DrillTraffic, "perHour"> = {
  source: "typical",
  sessions: Array.from({ length: 100 }, (_, index) => {
    const decile = [447, 644, 801, 957, 1_113, 1_294, 1_505, 1_798, 2_237, 3_220][index % 10] ?? 1_200;
    return {
      failed: index === 37,
      refused: false,
      invalid: false,
      abandoned: false,
      latencyMs: decile,
      firstTokenMs: decile / 4,
      costPico: BigInt(decile) * 1_500_000n,
    };
  }),
};

/**
 * What one session tells, drawn from recorded ones. `drawn` and `hit` are numbers in [0, 1): which session it is like, and
 * whether the harm happens to it; `harm` is `null` on the stable side.
 */
export function drawTurn(
  { sessions }: DrillTraffic,
  harm: DrillHarm | null,
  { drawn, hit }: { readonly drawn: number; readonly hit: number },
): Omit<Turn, "rolloutId" | "session"> {
  const like = sessions[Math.floor(drawn * sessions.length)];
  if (like === undefined) throw new Error("A drill needs sessions to draw from.");
  const isHit = harm !== null && "share" in harm && hit < harm.share;
  const slower = harm?.kind === "latency" ? harm.times : 1;
  const dearer = harm?.kind === "cost" ? harm.times : 1;
  const failed = like.failed || (isHit && harm.kind === "errors");
  return {
    failure: failed ? "bad_answer" : null,
    latencyMs: failed ? null : like.latencyMs * slower,
    firstTokenMs: like.firstTokenMs === null ? null : like.firstTokenMs * slower,
    costPico: BigInt(Math.round(Number(like.costPico) * dearer)),
    refused: like.refused || (isHit && harm.kind === "refusals"),
    invalid: like.invalid || (isHit && harm.kind === "invalid-output"),
    abandoned: like.abandoned || (isHit && harm.kind === "abandoned"),
  };
}
