import { describeRatio, formatShare, listMetrics, listWords, verbFor } from "./describe-effect.ts";
import { countCandidates, describeHarm } from "./describe-harm.ts";
import { explainFailed, explainTrigger, explainWaiting, waysBack } from "./gates/explain-gates.ts";
import { unprovenIn } from "../evidence/shadow-reading.ts";
import {
  explainBake,
  explainObserved,
  explainOtherBasis,
  explainPlace,
  explainQuestion,
  explainShadow,
  explainWish,
} from "./explain-strategy.ts";
import { isReturn } from "./is-return.ts";
import type { MetricName } from "./plan.ts";
import { keepsWeightForProvider } from "./rules/provider-fault.ts";
import type { HoldReason, Phase, Rollout, Wait } from "./rollout.ts";
import { lastTold } from "./told-after.ts";
import type { Telling } from "./told.ts";

/** Where a rollout is and why, in one or two plain sentences; `candidate` is the name of its release. */
export const explainRollout = (rollout: Rollout, candidate = "an earlier release"): string =>
  explainReturn(rollout, candidate) ?? SENTENCES[rollout.phase](rollout);

/** 'Returned to bot@1 by Ada ("Users complain.").'; `null` for what is no return or was stopped on its way. */
function explainReturn(rollout: Rollout, candidate: string): string | null {
  if (!isReturn(rollout) || rollout.promotion?.basis !== "human_override" || rollout.holds.length > 0) return null;
  const told = lastTold(rollout, "promote");
  const by = told === null ? "a person" : `${told.by} (${quoted(told.reason)})`;
  if (rollout.phase === "completed") return `Returned to ${candidate} by ${by}.`;
  return rollout.pointerMoved || rollout.phase === "promoting" ? `Being returned to ${candidate} by ${by}.` : null;
}

const SENTENCES: Readonly<Record<Phase, (rollout: Rollout) => string>> = {
  draft: () => "The plan is being drawn up; no session sees the candidate.",
  validated: () => "Ready: it starts as soon as the channel is free.",
  pending: explainPending,
  shadowing: explainShadowing,
  ramping: explainRamping,
  promoting: explainPromoting,
  draining: (rollout) =>
    `The candidate is stable: ${explainBasis(rollout)}. The rollout completes when ${drainEnd(rollout)}.`,
  completed: (rollout) =>
    rollout.outcome === "observed" ? explainObserved(rollout) : `Promoted: ${explainBasis(rollout)}.`,
  rolling_back: (rollout) => `Rolling back: ${explainCause(rollout)}.${explainWayBack(rollout)}`,
  rolled_back: (rollout) => `Rolled back: ${explainCause(rollout)}.${explainWayBack(rollout)}`,
  aborting: (rollout) => `Aborting: ${explainAbort(rollout)}.${explainWayBack(rollout)}`,
  aborted: (rollout) => `Aborted: ${explainAbort(rollout)}.${explainWayBack(rollout)}`,
  superseded: (rollout) => `Superseded by a newer release${saidBy(rollout, "supersede")}.`,
  cancelled: (rollout) => `Cancelled before it started${cancelCause(rollout)}.`,
};

function cancelCause(rollout: Rollout): string {
  const said = saidBy(rollout, "cancel", "abort", "deny");
  const failed = explainFailed(rollout);
  return said === "" && failed !== null ? `: ${failed}` : said;
}

/** Longest reason in a sentence, characters; the whole of it stands in the log and the view. */
const MAX_REASON = 200;

/** 'Ada decided so ("Users complain.")', from the last word of these kinds. */
function personDid(rollout: Rollout, did: string, ...tellings: readonly Telling[]): string {
  const told = lastTold(rollout, ...tellings);
  return told === null ? `a person ${did}` : `${told.by} ${did} (${quoted(told.reason)})`;
}

/** ', as Ada told it ("Users complain.")'; nothing when nobody did. */
function saidBy(rollout: Rollout, ...tellings: readonly Telling[]): string {
  const told = lastTold(rollout, ...tellings);
  return told === null ? "" : `, as ${told.by} told it (${quoted(told.reason)})`;
}

/** A reason in quotation marks, on one line and not too long. */
export const quoted = (reason: string): string => {
  const short = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON - 1).toWellFormed()}…` : reason;
  return `"${short.replaceAll(/\s+/g, " ").trim()}"`;
};

const WAITS: Readonly<Record<Wait, string>> = {
  approval: "a person's approval",
  schedule: "its scheduled time",
  dependency: "a dependency",
  freeze: "the end of a freeze",
  queue: "the end of another rollout of the channel",
};

function explainPending(rollout: Rollout): string {
  const { waits } = rollout;
  const failed = explainFailed(rollout);
  if (failed !== null) return `Does not start: ${failed}. Ask the gate again, or cancel the rollout.`;
  const gates = explainWaiting(rollout);
  if (gates !== null) return `Waits to start for ${gates}.`;
  return waits.length === 0
    ? "Ready: it starts as soon as the channel is free."
    : `Waits for ${listWords(waits.map((wait) => WAITS[wait]))}.`;
}

const HOLDS: Readonly<Record<Exclude<HoldReason, "manual" | "harm">, string>> = {
  inconclusive: "the deadline passed without proof, and evidence is still being collected",
  srm: "the arms do not get the sessions that their weights promise, so the comparison is in doubt",
  no_data: "no session has had an outcome for a while",
  freeze: "a freeze is in force",
  control_unhealthy: "the stable release is failing, so there is nothing to compare with",
  provider_fault:
    "the provider of the candidate is failing and that of stable is not, so its failures say little of the release",
  candidate_missing:
    "the candidate's release is gone, or one of its models is no longer configured; add it again, or take the candidate back",
  gate: "a gate failed",
  trigger: "a trigger fired",
};

function explainHolds(rollout: Rollout): string {
  const reasons = rollout.holds.map((hold) => {
    if (hold === "manual") return personDid(rollout, "is holding it", "hold", "deny");
    if (hold === "gate") return explainFailed(rollout) ?? HOLDS.gate;
    if (hold === "trigger") return explainTrigger(rollout);
    return hold === "harm" ? describeHarm(rollout) : HOLDS[hold];
  });
  return listWords(reasons);
}

const KEPT =
  "the failures of its provider are not outweighed yet, so the weight stays until they are, or until somebody resumes it";

function explainRamping(rollout: Rollout): string {
  const { activity, weight, step, plan } = rollout;
  const share = `${formatShare(weight)} (step ${step + 1} of ${plan.steps.length})`;
  if (activity === "held") return `Held at ${share}: ${explainHolds(rollout)}.`;
  const place = explainPlace(rollout) ?? `At ${share}`;
  if (activity === "settling") return `${place}: the replicas are taking up the weight.`;
  const progress = [explainProgress(rollout), keepsWeightForProvider(rollout) ? KEPT : ""]
    .filter((clause) => clause !== "")
    .join("; ");
  const soFar = progress === "" ? "" : ` So far ${progress}.`;
  const gates = explainWaiting(rollout);
  if (gates !== null) return `${place}: waits for ${gates}.${soFar}`;
  if (activity === "awaiting_approval") return `${place}: ${explainQuestion(rollout)}.${soFar}`;
  const wish = explainWish(rollout);
  return wish === null ? `${place}: ${progress}.` : `${place}: ${wish}.${soFar}`;
}

function explainShadowing(rollout: Rollout): string {
  const { activity } = rollout;
  const what = explainShadow(rollout);
  if (activity === "held") return `${what}. Held: ${explainHolds(rollout)}.`;
  if (activity !== "awaiting_approval") return `${what}.`;
  return `${what}. The stage is over without proof; a person must decide whether it goes on.`;
}

/** "errors are proven no worse; latency and cost are not decided yet". */
function explainProgress({ plan, certified, weight }: Rollout): string {
  // Where nobody has been given the candidate, nothing is decided and nothing is missing.
  if (weight === 0) return "";
  const required = plan.metrics.filter((metric) => metric.required).map(({ metric }) => metric);
  const open = required.filter((metric) => !certified.includes(metric));
  const proven = required.filter((metric) => certified.includes(metric));
  return [provenClause(proven), open.length === 0 ? "" : `${listMetrics(open)} ${verbFor(open)} not decided yet`]
    .filter((clause) => clause !== "")
    .join("; ");
}

const provenClause = (metrics: readonly MetricName[]): string =>
  metrics.length === 0 ? "" : `${listMetrics(metrics)} ${verbFor(metrics)} proven no worse`;

function explainPromoting(rollout: Rollout): string {
  if (rollout.holds.length > 0) return `The promotion is held: ${explainHolds(rollout)}.`;
  return `Being promoted: ${explainBasis(rollout)}.`;
}

const drainEnd = (rollout: Rollout): string =>
  rollout.holds.length > 0
    ? `its holds end: ${explainHolds(rollout)}`
    : `sessions under way have had their time${explainLeft(rollout)}`;

function explainLeft(rollout: Rollout): string {
  const left = rollout.plan.bakeMs === undefined ? null : explainBake(rollout);
  return left === null ? "" : ` and it has been watched: ${left}`;
}

/** Why the promotion was allowed, with the effect on the metrics that were proven. */
function explainBasis(rollout: Rollout): string {
  const { promotion, reading, certified } = rollout;
  if (promotion?.basis === "human_override") {
    return personDid(rollout, "decided so without waiting for proof", "promote", "approve");
  }
  const other = explainOtherBasis(rollout);
  if (other !== null) return other;
  if (promotion?.basis === "unproven_policy") return "the deadline passed without proof and the plan promotes then";
  const values = certified.flatMap((metric) => {
    const described = describeRatio(reading?.metrics.find((read) => read.metric === metric));
    return described === null ? [] : [`${listMetrics([metric])} ${described}`];
  });
  const shown = values.length === 0 ? "" : ` (${values.join(", ")})`;
  const sessions = reading === null ? "" : ` after ${countCandidates(reading.sessions.candidate)}`;
  return `${provenClause(certified)} than stable${shown}${sessions}`;
}

/** Why the candidate was withdrawn, as a clause: on which evidence, or who decided so. */
export const explainWithdrawal = (rollout: Rollout): string =>
  rollout.phase === "aborting" || rollout.phase === "aborted" ? explainAbort(rollout) : explainCause(rollout);

function explainCause(rollout: Rollout): string {
  const { outcome } = rollout;
  if (outcome === "harm") return describeHarm(rollout);
  if (outcome === "shadow") return explainNotShown(rollout);
  if (outcome === "trigger") return explainTrigger(rollout);
  if (outcome !== "provider_fault") return personDid(rollout, "decided so", "rollback");
  return `${describeHarm(rollout)}; without the failures of its provider nothing would be proven`;
}

function explainNotShown({ shadowReading }: Rollout): string {
  const open = shadowReading === undefined ? [] : unprovenIn(shadowReading);
  const what =
    open.length === 0
      ? "no answer was compared"
      : `${listWords(open)} ${open.length === 1 ? "is" : "are"} not proven no worse`;
  return `the shadow stage is over and ${what}`;
}

function explainAbort(rollout: Rollout): string {
  const { outcome } = rollout;
  if (outcome === "expired") return "the deadline passed without proof";
  return (outcome === "gate" ? explainFailed(rollout) : null) ?? personDid(rollout, "decided so", "abort");
}

/** What people have to undo by hand after the candidate has left, as the release declares it. */
function explainWayBack(rollout: Rollout): string {
  const ways = waysBack(rollout);
  return ways.length === 0 ? "" : ` The way back of its changes of data: ${ways.join("; ")}.`;
}
