import { isInvalid, isRefusal, isToolFault } from "../domain/answer/finding.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import type { Turn } from "../domain/traffic/assignment.ts";
import { failureOf } from "../domain/traffic/failure-of.ts";
import type { OpenCall, Placement } from "./open-call.ts";
import { countedFindings } from "./routing/open-routing.ts";

/** What a call contributes to its session as evidence. */
export function turnOf(call: OpenCall, facts: CallFacts, { unit }: Pick<Placement, "unit">): Omit<Turn, "rolloutId"> {
  const findings = countedFindings(call);
  const { attempts, errorCode, stages, status, stream, totalMs } = facts;
  const outcome = outcomeOf(facts);
  const speed = speedOf(facts, outcome);
  const savedPico = BigInt(facts.promptCache?.savedPico ?? 0);
  return {
    session: unit,
    failure: failureOf({ outcome, errorCode, attempts, findings, stages, status, totalMs }),
    // A client that left waited at least this long: a lower bound, the same for both arms.
    latencyMs: outcome === "failed" ? null : totalMs,
    // The same lower bound: else the slowest first tokens would be missing, and more of the slower arm's.
    firstTokenMs: facts.firstTokenMs ?? (stream && outcome === "abandoned" ? totalMs : null),
    streamed: stream,
    costPico: facts.costPico,
    refused: findings.some(({ check }) => isRefusal(check)),
    invalid: findings.some(({ check }) => isInvalid(check)),
    toolFailed: call.request?.hasToolErrors === true || findings.some(({ check }) => isToolFault(check)),
    abandoned: facts.leftWaiting === true,
    ...(speed !== null && { tokensPerSecond: speed }),
    ...(savedPico !== 0n && { neutralPico: facts.costPico + savedPico }),
  };
}

/** Whom a stop of the server has ended is as one whose client has left: a session without any turn would count as lost. */
const outcomeOf = ({ outcome, errorCode }: CallFacts): CallFacts["outcome"] =>
  errorCode === "server_stopped" ? "abandoned" : outcome;

/**
 * Output tokens per second of the whole answer; `null` where none were counted. Of one that its client did not wait for it is
 * what had come by then, be it nothing: without these the slowest would be missing, and more of the slower arm's.
 */
function speedOf({ stream, usage, totalMs }: CallFacts, outcome: CallFacts["outcome"]): number | null {
  if (outcome === "failed" || totalMs <= 0) return null;
  // What is charged for an answer that was never seen is a guess by the time it took: the same speed for whatever hangs.
  const isUnseen = outcome === "abandoned" && !stream && usage?.estimated === true;
  const tokens = usage === null || isUnseen ? 0 : usage.output + usage.reasoning;
  return tokens > 0 || outcome === "abandoned" ? (tokens * 1_000) / totalMs : null;
}
