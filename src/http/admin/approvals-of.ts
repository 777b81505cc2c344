import type { z } from "zod";
import type { listApprovals } from "../../contract/gates.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Key } from "../../domain/access/key.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { explainRollout } from "../../domain/rollout/explain.ts";
import { objection, openApprovals } from "../../domain/rollout/gates/tell-gate.ts";
import type { Person } from "../../domain/rollout/gates/tell-gate.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { instantOf } from "./instant-of.ts";

type ApprovalView = z.input<typeof listApprovals.answer>["data"][number];

/** What of a rollout waits for people, as the key that asks may see it. */
export async function approvalsOf(
  { releases, clock }: Delivery,
  rollout: Rollout,
  key: Key | null,
): Promise<readonly ApprovalView[]> {
  const isStep = rollout.activity === "awaiting_approval" || rollout.waits.includes("approval");
  const open = openApprovals(rollout);
  if (!isStep && open.length === 0) return [];
  const [stable, candidate] = await Promise.all([releases.byId(rollout.stable), releases.byId(rollout.candidate)]);
  const about = {
    rollout: rollout.id,
    endpoint: rollout.channel.endpoint,
    environment: rollout.channel.environment,
    stable: nameOf(stable, rollout.stable),
    candidate: nameOf(candidate, rollout.candidate),
    explanation: explainRollout(rollout, nameOf(candidate, rollout.candidate)),
  };
  const person = personOf(key, { at: clock.now(), candidateAuthor: candidate?.author ?? null });
  const gates = open.map(({ gate, state }) => ({
    ...about,
    gate: gate.name,
    at: gate.at,
    roles: [...gate.roles],
    count: gate.count,
    given: state.approvals.map(({ by, reason, at }) => ({ by, reason, at: instantOf(at) })),
    since: instantOf(state.since),
    expires_at: gate.timeoutMs === null ? null : instantOf(state.since + gate.timeoutMs),
    objection: objection(gate, rollout, person),
  }));
  return isStep ? [...gates, stepOf(about, rollout, key)] : gates;
}

type About = Pick<ApprovalView, "rollout" | "endpoint" | "environment" | "stable" | "candidate" | "explanation">;

const stepOf = (about: About, { startedAt }: Rollout, key: Key | null): ApprovalView => ({
  ...about,
  gate: null,
  at: startedAt === null ? "before_start" : "before_step",
  roles: [],
  count: 1,
  given: [],
  since: null,
  expires_at: null,
  objection: key?.scopes.includes("admin") === false ? "a step is approved with an admin key." : null,
});

const nameOf = (release: Release | null, id: string): string => (release === null ? id : releaseName(release));

const personOf = (key: Key | null, rest: Pick<Person, "at" | "candidateAuthor">): Person | undefined =>
  key === null
    ? undefined
    : {
        keyId: key.id,
        name: key.name,
        roles: key.roles ?? [],
        isAdmin: key.scopes.includes("admin"),
        reason: "",
        ...rest,
      };
