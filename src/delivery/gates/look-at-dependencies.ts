import { releaseName } from "../../domain/release/release.ts";
import type { DependencyGate } from "../../domain/rollout/gates/gate-plan.ts";
import type { GateSights } from "../../domain/rollout/gates/gate-sights.ts";
import { isReturn } from "../../domain/rollout/is-return.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";

/** Rollouts of an endpoint that are looked through for the newest that counts. */
const LOOKED_THROUGH = 50;

/** Where rollouts and releases are read. */
export interface DependencyTerms {
  readonly rollouts: Pick<RolloutStore, "channel" | "list">;
  readonly releases: Pick<ReleaseStore, "byId">;
}

/** How the endpoints stand that a rollout's gates wait for; those that have passed are not looked at again. */
export async function lookAtDependencies(
  terms: DependencyTerms,
  { plan, gates = [], channel: { environment } }: Rollout,
): Promise<GateSights["dependencies"]> {
  const open = (plan.gates ?? []).filter(
    (gate) =>
      gate.kind === "depends_on" && !gates.some((state) => state.gate === gate.name && state.standing === "passed"),
  );
  const seen: [string, GateSights["dependencies"][string]][] = [];
  for (const gate of open) {
    if (gate.kind === "depends_on") seen.push([gate.name, await lookAtOne(terms, gate, environment)]);
  }
  return Object.fromEntries(seen);
}

async function lookAtOne(
  { rollouts, releases }: DependencyTerms,
  { endpoint, release }: DependencyGate,
  environment: string,
): Promise<GateSights["dependencies"][string]> {
  const channel = await rollouts.channel({ endpoint, environment });
  if (channel === null) return { isMet: false, detail: `${endpoint} has no release in ${environment} yet` };
  const stable = await releases.byId(channel.stable);
  const name = stable === null ? endpoint : releaseName(stable);
  if (release !== null) {
    if (stable !== null && stable.number >= release) return { isMet: true, detail: `${name} is stable` };
    return { isMet: false, detail: `${endpoint}@${release} is not stable yet, ${name} is` };
  }
  const all = await rollouts.list({ endpoint, environment, limit: LOOKED_THROUGH });
  const newest = all.find((rollout) => !isReturn(rollout) && !["cancelled", "superseded"].includes(rollout.phase));
  if (newest === undefined || newest.outcome === "promoted") return { isMet: true, detail: `${name} is stable` };
  if (!isTerminal(newest.phase))
    return { isMet: false, detail: `the rollout ${newest.id} of ${endpoint} has not ended` };
  const how = newest.phase.replace("_", " ");
  return { isMet: false, detail: `the newest rollout of ${endpoint} was not promoted (${how}); ${name} is stable` };
}
