import type { GateAttempt, GateState } from "../gates/gate-state.ts";
import { isTerminal } from "../rollout.ts";
import type { Rollout } from "../rollout.ts";
import type { Transitions } from "./transition.ts";

const isSame = (state: GateState, { gate, step }: GateAttempt): boolean => state.gate === gate && state.step === step;

const without = ({ gates = [] }: Rollout, attempt: GateAttempt): readonly GateState[] =>
  gates.filter((state) => !isSame(state, attempt));

const present = ({ gates = [] }: Rollout, attempt: GateAttempt): GateState | undefined =>
  gates.find((state) => isSame(state, attempt));

/** Gates: asked, agreed to, decided. A decision or an agreement for an older attempt changes nothing. */
export const gates = {
  GateAsked(rollout, { gate, step, attempt, detail }, at) {
    if (isTerminal(rollout.phase) || (present(rollout, { gate, step, attempt })?.attempt ?? 0) >= attempt)
      return rollout;
    const asked: GateState = {
      gate,
      step,
      attempt,
      standing: "waiting",
      detail,
      url: null,
      since: at,
      decidedAt: null,
      approvals: [],
    };
    const phase = rollout.phase === "validated" ? "pending" : rollout.phase;
    return { ...rollout, phase, gates: [...without(rollout, asked), asked] };
  },
  GateApproved(rollout, { approval, ...attempt }) {
    const state = present(rollout, attempt);
    if (state?.standing !== "waiting" || state.attempt !== attempt.attempt) return rollout;
    if (state.approvals.some(({ keyId }) => keyId === approval.keyId)) return rollout;
    const approved: GateState = { ...state, approvals: [...state.approvals, approval] };
    return { ...rollout, gates: [...without(rollout, attempt), approved] };
  },
  GateDecided(rollout, { gate, step, attempt, standing, detail, url }, at) {
    const state = present(rollout, { gate, step, attempt });
    if (isTerminal(rollout.phase) || (state?.attempt ?? attempt) !== attempt) return rollout;
    const known = state ?? { since: at, approvals: [] };
    const decided: GateState = { ...known, gate, step, attempt, standing, detail, url, decidedAt: at };
    return { ...rollout, gates: [...without(rollout, decided), decided] };
  },
  TriggerFired(rollout, { trigger, value, limit, sessions }) {
    const fired = { trigger, value, limit, sessions };
    const { mode, triggers = [] } = rollout.plan;
    const isEnd = mode === "enforce" && triggers[trigger]?.action === "rollback";
    return { ...rollout, trigger: isEnd ? fired : (rollout.trigger ?? fired) };
  },
} satisfies Pick<Transitions, "GateAsked" | "GateApproved" | "GateDecided" | "TriggerFired">;
