import type { CommandAnswer } from "../command.ts";
import { isTerminal } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { approvedBy, missing } from "./approval.ts";
import type { ApprovalGate } from "./gate-plan.ts";
import type { GateState } from "./gate-state.ts";
import { planOf, waitingGates } from "./gates-at.ts";

/** Who says something to a gate. */
export interface Person {
  readonly keyId: string;
  /** Name of the key. */
  readonly name: string;
  readonly roles: readonly string[];
  /** Absent is yes: only the address for approvals lets a key in that has a role and no more. */
  readonly isAdmin?: boolean;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the key that made the candidate's release; `null` where it is not known. */
  readonly candidateAuthor: string | null;
}

/** What a person can tell a gate. */
export interface GateCommand {
  readonly type: "gate";
  readonly gate: string;
  /** `retry` asks it again; the others decide it, whatever it would have said. */
  readonly verdict: "pass" | "fail" | "retry";
}

const refused = (sentence: string): CommandAnswer => ({ refused: sentence });

/** A refusal of this person's word, as different from one of the moment. */
const notYours = (sentence: string): CommandAnswer => ({ refused: sentence, code: "approval_refused" });

/** The approval gates that wait for people now. */
export const openApprovals = (
  rollout: Rollout,
): readonly { readonly gate: ApprovalGate; readonly state: GateState }[] =>
  waitingGates(rollout).flatMap(({ gate, state }) => (gate.kind === "approval" ? [{ gate, state }] : []));

/** Why this person's approval does not count for a gate; `null` when it does. */
export function objection(gate: ApprovalGate, rollout: Rollout, person: Person | undefined): string | null {
  if (person === undefined) return "only a person can approve.";
  const { keyId, name, roles, candidateAuthor } = person;
  if (gate.roles.length > 0 && !gate.roles.some((role) => roles.includes(role))) {
    const own = roles.length === 0 ? "has no role" : `has ${roles.join(", ")}`;
    return `the gate ${gate.name} takes a key with the role ${gate.roles.join(" or ")}; the key ${name} ${own}.`;
  }
  if (gate.roles.length === 0 && person.isAdmin === false) {
    return `the gate ${gate.name} takes an admin key, and ${name} is none.`;
  }
  if (!gate.fourEyes) return null;
  if (candidateAuthor === name) {
    return `the gate ${gate.name} wants four eyes, and ${name} is the author of the candidate; somebody else must approve it.`;
  }
  const { openedBy } = rollout;
  if (openedBy?.kind === "key" && (openedBy.keyId === keyId || openedBy.name === name)) {
    return `the gate ${gate.name} wants four eyes, and ${name} opened this rollout; somebody else must approve it.`;
  }
  return null;
}

/** A person's approval of the first gate that takes it; `null` when no gate waits for people. */
export function approveGate(rollout: Rollout, person: Person | undefined): CommandAnswer | null {
  const open = openApprovals(rollout);
  if (open.length === 0) return null;
  const objections = open.map(({ gate }) => objection(gate, rollout, person));
  const takers = open.filter((_, index) => objections[index] === null);
  // One who has agreed at one gate agrees at the next.
  const taking = takers.find(({ state }) => state.approvals.every(({ keyId }) => keyId !== person?.keyId)) ?? takers[0];
  if (taking === undefined || person === undefined) return notYours(`This approval does not count: ${objections[0]}`);
  const { gate, state } = taking;
  const { keyId, name: by, reason, at } = person;
  if (state.approvals.some((given) => given.keyId === keyId)) return { facts: [] };
  const given = [...state.approvals, { keyId, by, reason, at }];
  const here = { gate: gate.name, step: state.step, attempt: state.attempt };
  const decided: RolloutFact = {
    type: "GateDecided",
    ...here,
    standing: "passed",
    detail: approvedBy(given),
    url: null,
  };
  const approved: RolloutFact = { type: "GateApproved", ...here, approval: { keyId, by, reason, at } };
  return { facts: given.length >= gate.count ? [approved, decided] : [approved] };
}

/** What a person who is no admin hears where no gate asks for their role any more. */
export const notAnAdmin = (person: Person | undefined): CommandAnswer | null =>
  person?.isAdmin === false
    ? notYours("No gate asks for your role now; steps are approved and denied with an admin key.")
    : null;

/** A person's denial of the first gate at which their word counts; `null` when no gate waits for people. */
export function denyGate(rollout: Rollout, person: Person | undefined): CommandAnswer | null {
  const open = openApprovals(rollout);
  if (open.length === 0) return null;
  // Whoever may not agree may still object, but not without a role where one is asked for.
  const objections = open.map(({ gate }) => objection({ ...gate, fourEyes: false }, rollout, person));
  const taking = open.find((_, index) => objections[index] === null);
  if (taking === undefined || person === undefined) return notYours(`This denial does not count: ${objections[0]}`);
  const { gate, state } = taking;
  const detail = `denied by ${person.name}`;
  const here = { gate: gate.name, step: state.step, attempt: state.attempt };
  return { facts: [{ type: "GateDecided", ...here, standing: "failed", detail, url: null }] };
}

/**
 * What stands in the way of a promotion by override: an override takes the place of proof, never of approvals. They are
 * asked now where they were not; `null` when all are given.
 */
export function approvalsForOverride(rollout: Rollout): CommandAnswer | null {
  const step = rollout.plan.steps.length - 1;
  const gates = (rollout.plan.gates ?? []).filter((gate) => gate.kind === "approval" && gate.at === "before_promotion");
  const stateAt = (name: string): GateState | undefined =>
    rollout.gates?.find((state) => state.gate === name && state.step === step);
  const open = gates.filter(({ name }) => stateAt(name)?.standing !== "passed");
  const [first] = open;
  if (first?.kind !== "approval") return null;
  const unasked = open.filter(({ name }) => stateAt(name) === undefined);
  if (unasked.length === 0) {
    const { standing = "waiting", detail = "" } = stateAt(first.name) ?? {};
    const how = standing === "waiting" ? missing(first, stateAt(first.name)?.approvals ?? []) : detail;
    return refused(`An override takes the place of proof, not of the gate ${first.name}: ${how}.`);
  }
  return {
    facts: unasked.flatMap(({ name, ...gate }): readonly RolloutFact[] =>
      gate.kind === "approval"
        ? [{ type: "GateAsked", gate: name, step, attempt: 1, detail: missing({ name, ...gate }, []) }]
        : [],
    ),
  };
}

/** A person's word on a gate. */
export function tellGate(
  rollout: Rollout,
  { gate: name, verdict }: GateCommand,
  person: Person | undefined,
): CommandAnswer {
  if (isTerminal(rollout.phase)) return refused("The rollout has ended, and its gates with it.");
  const gate = planOf(rollout, name);
  if (gate === null) {
    const known = (rollout.plan.gates ?? []).map((one) => one.name).join(", ");
    return refused(`The rollout has no gate ${name}; it has ${known === "" ? "none" : known}.`);
  }
  const state = rollout.gates?.findLast((one) => one.gate === name);
  if (state === undefined)
    return refused(`The gate ${name} has not been asked yet; it is when the rollout comes to it.`);
  if (isBehind(rollout, state)) return refused(`The rollout has passed the gate ${name} already.`);
  if (verdict === "retry") return retry(state, person);
  if (gate.kind === "approval") {
    return refused(`The gate ${name} takes approvals: approve or deny the rollout instead.`);
  }
  const standing = verdict === "pass" ? "passed" : "failed";
  if (state.standing === standing) return { facts: [] };
  const { step, attempt } = state;
  const detail = `${person?.name ?? "somebody"} says that it ${standing}`;
  return { facts: [{ type: "GateDecided", gate: name, step, attempt, standing, detail, url: null }] };
}

function retry({ gate, step, attempt, standing }: GateState, person: Person | undefined): CommandAnswer {
  if (standing === "waiting") return { facts: [] };
  const detail = `asked again by ${person?.name ?? "somebody"}`;
  return { facts: [{ type: "GateAsked", gate, step, attempt: attempt + 1, detail }] };
}

/** Whether the rollout has gone on past the gate. */
function isBehind(rollout: Rollout, { gate, step }: GateState): boolean {
  const at = planOf(rollout, gate)?.at;
  if (at === "before_start") return rollout.startedAt !== null;
  if (at === "before_step") return rollout.step >= step || rollout.phase !== "ramping";
  return at === "before_promotion" && rollout.phase !== "ramping";
}
