import { releaseName } from "../release/release.ts";
import type { Release } from "../release/release.ts";
import type { GateState } from "../rollout/gates/gate-state.ts";
import type { GatePlan } from "../rollout/gates/gate-plan.ts";
import { isTerminal } from "../rollout/rollout.ts";
import type { Rollout } from "../rollout/rollout.ts";
import { STAGES } from "./pipeline.ts";
import type { PipelineReport, Stage, StageState } from "./pipeline.ts";

/** What is known of a release in one environment. */
export interface PipelineFacts {
  readonly release: Release;
  readonly environment: string;
  /** Whether it serves there now. */
  readonly isStable: boolean;
  /** Its newest rollout there, or `null` where it never had one. */
  readonly rollout: Rollout | null;
  /** The rollout that took it back after it had been promoted; `null` where nobody did. */
  readonly takenBackBy: Rollout | null;
  /** The newest report of each stage. */
  readonly reports: readonly PipelineReport[];
}

/** One stage of a release in one environment. */
export interface PipelineStage {
  readonly stage: Stage;
  readonly state: StageState;
  /** Since when it is in this state, epoch milliseconds; `null` where nothing has happened. */
  readonly since: number | null;
  /** Who brought it there; `null` where nobody did. */
  readonly by: string | null;
  readonly note: string | null;
  /** Where the evidence is. */
  readonly url: string | null;
}

/** Stages that others report; of the rest the server itself knows best. */
export const REPORTED: readonly Stage[] = ["check", "evaluate", "integrate"];

type Known = Omit<PipelineStage, "stage">;

const NOT_YET: Known = { state: "waiting", since: null, by: null, note: null, url: null };

/** The way of one release into one environment, stage by stage. */
export function pipelineOf(facts: PipelineFacts): readonly PipelineStage[] {
  return STAGES.map((stage) => {
    const known = KNOWN[stage](facts);
    const report = facts.reports.find((one) => one.stage === stage);
    return { stage, ...(report === undefined || !REPORTED.includes(stage) ? known : together(known, report)) };
  });
}

const KNOWN: Readonly<Record<Stage, (facts: PipelineFacts) => Known>> = {
  check: ({ release }) => ({
    ...NOT_YET,
    state: "passed",
    since: release.createdAt,
    by: release.author,
    note: "It was applied without mistakes.",
  }),
  evaluate: (facts) => gatesStage(facts, ["command", "http", "backtest"], "No gate evaluates it here."),
  integrate: () => NOT_YET,
  approve: approveStage,
  deploy: deployStage,
  monitor: monitorStage,
};

const WEIGHTS: Readonly<Record<StageState, number>> = { failed: 4, running: 3, passed: 2, waiting: 1, skipped: 0 };

/** What failed by anybody's word has failed; what nobody here looks at is as it was reported. */
function together(known: Known, { state, at, by, note, url }: PipelineReport): Known {
  const told: Known = { state, since: at, by, note, url };
  return WEIGHTS[known.state] > WEIGHTS[state] ? known : told;
}

const linkOf = ({ id }: Rollout): string => `/api/rollouts/${id}`;

const openerOf = ({ openedBy }: Rollout): string => (openedBy?.kind === "key" ? openedBy.name : "rollward");

/** What the gates of some kinds came to; `skipped` where the plan has none of them. */
function gatesStage({ rollout }: PipelineFacts, kinds: readonly GatePlan["kind"][], none: string): Known {
  if (rollout === null) return { ...NOT_YET, state: "skipped", note: none };
  const names = (rollout.plan.gates ?? []).filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name);
  if (names.length === 0) return { ...NOT_YET, state: "skipped", note: none };
  const newest = new Map(
    (rollout.gates ?? []).filter(({ gate }) => names.includes(gate)).map((one) => [one.gate, one]),
  );
  const states = [...newest.values()];
  const bad = states.find(({ standing }) => standing === "failed" || standing === "expired");
  if (bad !== undefined) return gateStage(bad, "failed", rollout);
  const waiting = states.find(({ standing }) => standing === "waiting");
  if (waiting !== undefined) return gateStage(waiting, "running", rollout);
  const last = states.at(-1);
  if (last === undefined || states.length < names.length)
    return { ...NOT_YET, note: `It waits for ${names.join(", ")}.` };
  return gateStage(last, "passed", rollout);
}

function gateStage(
  { gate, detail, url, since, decidedAt, approvals }: GateState,
  state: StageState,
  rollout: Rollout,
): Known {
  const by = approvals.length === 0 ? "rollward" : approvals.map((one) => one.by).join(", ");
  return { state, since: decidedAt ?? since, by, note: `${gate}: ${detail}`, url: url ?? linkOf(rollout) };
}

function approveStage(facts: PipelineFacts): Known {
  const { rollout } = facts;
  const none = "Nobody has to agree here.";
  const byGates = gatesStage(facts, ["approval", "manual"], none);
  if (rollout === null || byGates.state !== "skipped") return byGates;
  if (!rollout.plan.steps.some(({ approval }) => approval)) return byGates;
  const told = (rollout.told ?? []).findLast(({ telling }) => telling === "approve" || telling === "deny");
  if (told === undefined) {
    const isAsked = rollout.activity === "awaiting_approval";
    return { ...NOT_YET, state: isAsked ? "running" : "waiting", note: "A step waits for somebody to agree." };
  }
  const state = told.telling === "approve" ? "passed" : "failed";
  return { state, since: told.at, by: told.by, note: told.reason, url: linkOf(rollout) };
}

function deployStage({ rollout, isStable, release, reports }: PipelineFacts): Known {
  if (rollout === null) {
    if (!isStable) return NOT_YET;
    const since = reports.find(({ stage }) => stage === "check")?.at ?? release.createdAt;
    return {
      ...NOT_YET,
      state: "passed",
      since,
      by: release.author,
      note: "It was the first here and served at once.",
    };
  }
  const common = { by: openerOf(rollout), url: linkOf(rollout) };
  const { phase, startedAt, endedAt, weight } = rollout;
  if (rollout.pointerMoved)
    return { ...common, state: "passed", since: rollout.promotedAt ?? endedAt, note: "It was promoted." };
  if (phase === "completed") return { ...common, state: "passed", since: endedAt, note: "Its copies were observed." };
  if (isTerminal(phase)) {
    const note = `It did not go out: ${phase.replaceAll("_", " ")} (${rollout.outcome ?? "by command"}).`;
    return { ...common, state: "failed", since: endedAt, note };
  }
  if (startedAt === null) {
    return {
      ...common,
      state: "waiting",
      since: rollout.createdAt,
      note: `It waits for: ${rollout.waits.join(", ") || "its start"}.`,
    };
  }
  const note = `${Math.round(weight * 100)} % of new sessions (${phase.replaceAll("_", " ")}).`;
  return { ...common, state: "running", since: startedAt, note };
}

function monitorStage({ rollout, isStable, takenBackBy, release }: PipelineFacts): Known {
  if (rollout === null) {
    const note = "There was nothing before it to compare with.";
    return isStable ? { ...NOT_YET, state: "skipped", note } : NOT_YET;
  }
  if (takenBackBy !== null) {
    const told = (takenBackBy.told ?? []).at(-1);
    const note = `${releaseName(release)} was rolled back after its promotion${told === undefined ? "." : `: ${told.reason}`}`;
    return { state: "failed", since: takenBackBy.createdAt, by: openerOf(takenBackBy), note, url: linkOf(takenBackBy) };
  }
  if (!rollout.pointerMoved) return NOT_YET;
  const { phase, endedAt, plan } = rollout;
  const common = { by: "rollward", url: linkOf(rollout) };
  if (phase === "completed")
    return { ...common, state: "passed", since: endedAt, note: "It has served all sessions without harm." };
  if (isTerminal(phase) || phase === "rolling_back" || phase === "aborting") {
    return {
      ...common,
      state: "failed",
      since: endedAt,
      note: `It was rolled back after its promotion (${rollout.outcome ?? phase}).`,
    };
  }
  const minutes = Math.round(Math.max(plan.bakeMs ?? 0, plan.drainMs) / 60_000);
  return {
    ...common,
    state: "running",
    since: rollout.promotedAt ?? null,
    note: `It is watched for ${minutes} minutes.`,
  };
}
