import type { Finding } from "../../domain/answer/finding.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../gateway.ts";
import { amendedPico } from "../meters/attempt-costs.ts";
import { coversCost } from "../meters/open-purse.ts";
import { goesWith } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import type { Attempt } from "./attempt.ts";
import type { Runner } from "./begin-attempt.ts";
import { examine } from "./examine.ts";
import type { Verdict } from "./examine.ts";
import type { Place } from "./find-place.ts";
import { amended, beginRepair } from "./repair.ts";
import type { Trip } from "./trip.ts";

/** A rejected answer that goes out after all when nobody has a better one. */
export interface Spare {
  readonly runner: Runner;
  /** Position of its record in the attempts of the call. */
  readonly index: number;
}

/** A whole answer, the way it belongs to, and where it came from. */
export interface HeldRun {
  readonly trip: Trip;
  readonly place: Place;
  readonly runner: Runner;
}

/**
 * Examines a held answer before it is delivered, and has it repaired once where the release wants that. `null` when
 * it was rejected, which the trip then knows.
 */
export async function deliverable(gateway: Gateway, open: OpenCall, held: HeldRun): Promise<Runner | null> {
  const { trip, place, runner } = held;
  const verdict = await examined(open, trip, runner);
  if (verdict.type === "accepted") return runner;
  const tookMs = reject(open, held, verdict);
  const better = verdict.repair ? await repaired(gateway, open, { ...held, finding: verdict.finding, tookMs }) : null;
  if (better !== null) return better;
  if (!open.abandoned) trip.failed(rejection(verdict.finding), place, tookMs);
  return null;
}

/** A rejected answer as the one that is delivered: its record comes last, as every delivered one's. */
export function upheld(open: OpenCall, { runner, index }: Spare): Attempt {
  runner.attempt.uphold();
  open.attempts.splice(index, 1);
  const last = open.attempts.length;
  for (const [at, one] of open.findings.entries()) {
    const attempt = one.attempt === index ? last : one.attempt > index ? one.attempt - 1 : one.attempt;
    open.findings[at] = { ...one, attempt };
  }
  serve(open, runner);
  return runner.attempt;
}

/** Notes who answers the call. */
export function serve(open: OpenCall, { attempt, target, body }: Runner): void {
  open.servedBy = target;
  open.upstreamBody = body;
  open.isExamined = attempt.isWhole;
  open.leftOut = attempt.source.leftOut ?? [];
}

const examined = (open: OpenCall, trip: Trip, { attempt, target, body }: Runner): Promise<Verdict> =>
  examine(open, trip.plan.verifier, { target, body, chunks: attempt.held });

const rejection = ({ detail }: Finding): RollwardError => new RollwardError("answer_rejected", { reason: detail });

/** Returns how long the attempt took, ms. */
function reject(
  open: OpenCall,
  { trip, runner }: HeldRun,
  { finding, deliver }: Extract<Verdict, { readonly type: "rejected" }>,
): number {
  runner.attempt.reject(rejection(finding));
  if (deliver) trip.spare = { runner, index: open.attempts.length };
  const record = runner.attempt.record();
  open.attempts.push(record);
  open.original = null;
  open.upstreamBody = runner.body;
  return record.endMs - record.startMs;
}

/** The answer that came when the same target was asked once more; `null` when there is none that is good enough. */
async function repaired(
  gateway: Gateway,
  open: OpenCall,
  { trip, place, runner, finding, tookMs }: HeldRun & { readonly finding: Finding; readonly tookMs: number },
): Promise<Runner | null> {
  if (open.abandoned) return null;
  const { target } = runner;
  const body = amended(open, finding, { body: runner.body, chunks: runner.attempt.held });
  const planned = trip.plan.targets[target];
  if (body === null || planned === undefined) return null;
  // The longer request can cost more than the first one did.
  if (open.purse !== undefined && !(await coversCost(open, amendedPico(open, planned, body)))) return null;
  const begun = beginRepair(gateway, open, { trip, target, body, tookMs });
  const second = begun instanceof Promise ? await begun : begun;
  if (second === null) return null;
  goesWith(open, second.attempt);
  try {
    await second.attempt.start();
  } catch {
    open.attempts.push(second.attempt.record());
    return null;
  }
  const verdict = await examined(open, trip, second);
  if (verdict.type === "accepted") return second;
  reject(open, { trip, place, runner: second }, verdict);
  return null;
}
