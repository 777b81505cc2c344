import { describeEffect, describeRatio, formatShare, listMetrics, listWords, verbFor } from "./describe-effect.ts";
import { isReturn } from "./is-return.ts";
import type { MetricName } from "./plan.ts";
import type { HoldReason, Phase, Rollout, Wait } from "./rollout.ts";
import { isProven } from "./rules/certify.ts";
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
  shadowing: () => "The candidate answers in the shadow of stable; no session sees it.",
  ramping: explainRamping,
  promoting: explainPromoting,
  draining: (rollout) =>
    `The candidate is stable: ${explainBasis(rollout)}. The rollout completes when ${drainEnd(rollout)}.`,
  completed: (rollout) =>
    rollout.outcome === "observed"
      ? "Completed: the candidate was only observed."
      : `Promoted: ${explainBasis(rollout)}.`,
  rolling_back: (rollout) => `Rolling back: ${explainCause(rollout)}.`,
  rolled_back: (rollout) => `Rolled back: ${explainCause(rollout)}.`,
  aborting: (rollout) => `Aborting: ${explainAbort(rollout)}.`,
  aborted: (rollout) => `Aborted: ${explainAbort(rollout)}.`,
  superseded: (rollout) => `Superseded by a newer release${saidBy(rollout, "supersede")}.`,
  cancelled: (rollout) => `Cancelled before it started${saidBy(rollout, "cancel", "abort", "deny")}.`,
};

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

const quoted = (reason: string): string => {
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

function explainPending({ waits }: Rollout): string {
  return waits.length === 0
    ? "Ready: it starts as soon as the channel is free."
    : `Waits for ${listWords(waits.map((wait) => WAITS[wait]))}.`;
}

const HOLDS: Readonly<Record<Exclude<HoldReason, "manual">, string>> = {
  inconclusive: "the deadline passed without proof, and evidence is still being collected",
  srm: "the arms do not get the sessions that their weights promise, so the comparison is in doubt",
  no_data: "no session has had an outcome for a while",
  freeze: "a freeze is in force",
  control_unhealthy: "the stable release is failing, so there is nothing to compare with",
  provider_fault: "a provider is failing",
  harm: "the candidate is proven harmful",
};

function explainHolds(rollout: Rollout): string {
  const reasons = rollout.holds.map((hold) => {
    if (hold === "manual") return personDid(rollout, "is holding it", "hold", "deny");
    return hold === "harm" ? describeHarm(rollout) : HOLDS[hold];
  });
  return listWords(reasons);
}

function explainRamping(rollout: Rollout): string {
  const { activity, weight, step, plan, deadlineReached } = rollout;
  const place = `${formatShare(weight)} (step ${step + 1} of ${plan.steps.length})`;
  if (activity === "held") return `Held at ${place}: ${explainHolds(rollout)}.`;
  if (activity === "settling") return `At ${place}: the replicas are taking up the weight.`;
  if (activity !== "awaiting_approval") return `At ${place}: ${explainProgress(rollout)}.`;
  const question =
    deadlineReached && !isProven(rollout)
      ? "the deadline passed without proof; a person must decide whether to promote"
      : "every other gate is clear; a person must approve the next step";
  return `At ${place}: ${question}. So far ${explainProgress(rollout)}.`;
}

/** "errors are proven no worse; latency and cost are not decided yet". */
function explainProgress({ plan, certified }: Rollout): string {
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
  rollout.holds.length > 0 ? `its holds end: ${explainHolds(rollout)}` : "sessions under way have had their time";

/** Why the promotion was allowed, with the effect on the metrics that were proven. */
function explainBasis(rollout: Rollout): string {
  const { promotion, reading, certified } = rollout;
  if (promotion?.basis === "human_override") {
    return personDid(rollout, "decided so without waiting for proof", "promote", "approve");
  }
  if (promotion?.basis === "unproven_policy") return "the deadline passed without proof and the plan promotes then";
  const values = certified.flatMap((metric) => {
    const described = describeRatio(reading?.metrics.find((read) => read.metric === metric));
    return described === null ? [] : [`${listMetrics([metric])} ${described}`];
  });
  const shown = values.length === 0 ? "" : ` (${values.join(", ")})`;
  const sessions = reading === null ? "" : ` after ${count(reading.sessions.candidate)}`;
  return `${provenClause(certified)} than stable${shown}${sessions}`;
}

const explainCause = (rollout: Rollout): string =>
  rollout.outcome === "harm" ? describeHarm(rollout) : personDid(rollout, "decided so", "rollback");

const explainAbort = (rollout: Rollout): string =>
  rollout.outcome === "expired" ? "the deadline passed without proof" : personDid(rollout, "decided so", "abort");

/** "errors are 9.8 times those of stable (10.3 % against 1.1 %), proven after 34 candidate sessions (log R 3.4 ≥ 3.0)". */
function describeHarm({ harm, reading, plan }: Rollout): string {
  if (harm === null) return HOLDS.harm;
  const effect = describeEffect(
    harm.metric,
    reading?.metrics.find(({ metric }) => metric === harm.metric),
  );
  const threshold = reading?.union.threshold ?? Math.log(1 / plan.alpha);
  const proof = `log R ${harm.logR.toFixed(1)} ≥ ${threshold.toFixed(1)}`;
  return `${effect}, proven after ${count(harm.candidateSessions)} (${proof})`;
}

const count = (sessions: number): string =>
  `${sessions.toLocaleString("en-US")} candidate ${sessions === 1 ? "session" : "sessions"}`;
