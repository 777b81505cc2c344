import type { Rollout, RolloutEvent, RolloutFact } from "../rollout/rollout.ts";
import { tellHistory } from "../rollout/story/tell-entry.ts";
import { lineOf } from "./change.ts";
import type { Change, Weight } from "./change.ts";

/** Weights of what a rollout does; everything else is worth knowing and no trouble. */
const HEAVY: { readonly [T in RolloutFact["type"]]?: Weight } = {
  HarmCrossed: "critical",
  RollbackStarted: "critical",
  TriggerFired: "critical",
  RolledBack: "warning",
  AbortStarted: "warning",
  ShadowFailed: "warning",
  HoldSet: "warning",
  DeadlineReached: "warning",
  Completed: "ok",
  NoWorseCertified: "ok",
};

/** Facts that give the candidate more traffic, and those that take it away. */
const FORWARD: ReadonlySet<RolloutFact["type"]> = new Set(["StepEntered", "StablePointerMoved"]);
const BACK: ReadonlySet<RolloutFact["type"]> = new Set(["RollbackStarted", "AbortStarted", "Superseded"]);

/** What of a rollout is told. */
export type ToldRollout = Pick<Rollout, "id" | "channel">;

/** Names of its releases. */
export interface ToldReleases {
  readonly candidate: string;
  readonly stable: string;
}

/** The steps and decisions of a rollout, oldest first. */
export function changesOfRollout(
  { id, channel }: ToldRollout,
  events: readonly RolloutEvent[],
  releases: ToldReleases,
): readonly Change[] {
  const { candidate } = releases;
  const facts = new Map(events.map(({ seq, fact }) => [seq, fact]));
  return tellHistory(events).map(({ seq, at, by, line }) => ({
    id: `${id}:${seq}`,
    at,
    kind: "rollout",
    weight: weightOf(facts.get(seq)),
    environment: channel.environment,
    endpoint: channel.endpoint,
    by,
    line: lineOf(`${candidate}: ${line}`),
    rollout: id,
    ...movesOf(facts.get(seq), releases),
  }));
}

function movesOf(fact: RolloutFact | undefined, { candidate, stable }: ToldReleases): Pick<Change, "moves"> {
  if (fact === undefined) return {};
  if (FORWARD.has(fact.type)) return { moves: { from: stable, to: candidate, isBack: false } };
  return BACK.has(fact.type) ? { moves: { from: candidate, to: stable, isBack: true } } : {};
}

function weightOf(fact: RolloutFact | undefined): Weight {
  if (fact === undefined) return "info";
  // Somebody took it back, which proves no harm.
  if (fact.type === "RollbackStarted" && fact.cause === "command") return "warning";
  return HEAVY[fact.type] ?? "info";
}
