import type { z } from "zod";
import type { rolloutView } from "../../contract/rollouts.ts";
import { planOf } from "../../domain/rollout/gates/gates-at.ts";
import type { GateState } from "../../domain/rollout/gates/gate-state.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { instantOf } from "./instant-of.ts";

type View = z.input<typeof rolloutView>;

/** Gates, people and changes of data of a rollout on the wire. */
export const gatesViewOf = (rollout: Rollout): Pick<View, "gates" | "notify" | "changes" | "trigger"> => ({
  gates: [...(rollout.gates ?? []).map((state) => gateViewOf(rollout, state)), ...notAsked(rollout)],
  notify: (rollout.plan.notify ?? []).map(({ name, who, events, webhook }) => ({
    name,
    who: [...who],
    events: [...events],
    webhook: webhook !== null,
  })),
  changes: (rollout.plan.changes ?? []).map((change) => ({ ...change })),
  trigger: triggerViewOf(rollout),
});

/** Who is told how a rollout goes, a phrase each: "team (#support-bot, ada@example.com)". */
export const listenersOf = ({ plan }: Rollout): string[] =>
  (plan.notify ?? []).map(({ name, who }) => (who.length === 0 ? name : `${name} (${who.join(", ")})`));

function triggerViewOf({ trigger, plan }: Rollout): View["trigger"] {
  const terms = trigger === undefined ? undefined : plan.triggers?.[trigger.trigger];
  if (trigger === undefined || terms === undefined) return null;
  return {
    measure: terms.measure,
    action: terms.action,
    value: trigger.value,
    limit: trigger.limit,
    sessions: trigger.sessions,
  };
}

const gateViewOf = (rollout: Rollout, state: GateState): View["gates"][number] => ({
  gate: state.gate,
  kind: planOf(rollout, state.gate)?.kind ?? "unknown",
  at: planOf(rollout, state.gate)?.at ?? "unknown",
  step: state.step,
  attempt: state.attempt,
  standing: state.standing,
  detail: state.detail,
  url: state.url,
  since: instantOf(state.since),
  decided_at: state.decidedAt === null ? null : instantOf(state.decidedAt),
  approvals: state.approvals.map(({ by, reason, at }) => ({ by, reason, at: instantOf(at) })),
});

/** Gates that the rollout has not come to. */
const notAsked = ({ plan, gates = [] }: Rollout): View["gates"] =>
  (plan.gates ?? [])
    .filter(({ name }) => !gates.some(({ gate }) => gate === name))
    .map(({ name, kind, at }) => ({
      gate: name,
      kind,
      at,
      step: null,
      attempt: 0,
      standing: "pending",
      detail: "not asked yet",
      url: null,
      since: null,
      decided_at: null,
      approvals: [],
    }));
