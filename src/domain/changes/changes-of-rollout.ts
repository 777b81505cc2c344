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

/** What of a rollout is told. */
export type ToldRollout = Pick<Rollout, "id" | "channel">;

/** The steps and decisions of a rollout, oldest first. `candidate` is the name of its release. */
export function changesOfRollout(
  { id, channel }: ToldRollout,
  events: readonly RolloutEvent[],
  candidate: string,
): readonly Change[] {
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
  }));
}

const weightOf = (fact: RolloutFact | undefined): Weight =>
  fact === undefined ? "info" : (HEAVY[fact.type] ?? "info");
