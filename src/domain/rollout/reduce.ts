import { isTerminal } from "./rollout.ts";
import type { Rollout, RolloutEvent, RolloutFact } from "./rollout.ts";
import { opening } from "./transitions/opening.ts";
import { toldAfter } from "./told-after.ts";
import { gates } from "./transitions/gates.ts";
import { promotion } from "./transitions/promotion.ts";
import { ramping } from "./transitions/ramping.ts";
import { shadowing } from "./transitions/shadowing.ts";
import type { Transition, Transitions } from "./transitions/transition.ts";
import { withdrawal } from "./transitions/withdrawal.ts";

const TRANSITIONS: Transitions = { ...opening, ...shadowing, ...ramping, ...promotion, ...withdrawal, ...gates };

/**
 * What one more event makes of a rollout. Deterministic, and total once the rollout exists: a fact that does
 * not apply in the present phase moves only `seq` and `lastHash`, and so does any fact after the end.
 * Throws when the first event is not `Created`, because then there is no rollout to make.
 */
export function reduce(rollout: Rollout | null, event: RolloutEvent): Rollout {
  const next = rollout === null ? create(event) : applyFact(rollout, event.fact, event.at);
  // What is told after the end changes nothing any more.
  const told = next === rollout ? (next.told ?? []) : toldAfter(next.told ?? [], event);
  return { ...next, told, seq: event.seq, lastHash: event.hash };
}

/** What a fact does to a rollout, its place in the log apart. `at` is epoch milliseconds. */
export function applyFact(rollout: Rollout, fact: RolloutFact, at: number): Rollout {
  if (isTerminal(rollout.phase) || fact.type === "Created") return rollout;
  // The compiler cannot see that the table's entry and the fact share their type.
  const transition = TRANSITIONS[fact.type] as Transition<keyof Transitions>;
  return transition(rollout, fact, at);
}

function create({ rolloutId, seq, at, actor, hash, fact }: RolloutEvent): Rollout {
  if (fact.type !== "Created") {
    throw new Error(`The log of the rollout ${rolloutId} begins with ${fact.type} instead of Created.`);
  }
  const { channel, plan, planDigest, seed, stable, candidate } = fact;
  return {
    ...BLANK,
    id: rolloutId,
    channel,
    plan,
    planDigest,
    seed,
    stable,
    candidate,
    openedBy: actor,
    createdAt: at,
    seq,
    lastHash: hash,
  };
}

const BLANK = {
  phase: "draft",
  activity: null,
  waits: [],
  holds: [],
  dismissed: [],
  approved: false,
  step: -1,
  weight: 0,
  epoch: 0,
  acked: true,
  stepObservedMs: 0,
  observedMs: 0,
  drainedMs: 0,
  deadlineReached: false,
  certified: [],
  harm: null,
  promotion: null,
  pointerMoved: false,
  outcome: null,
  told: [],
  reading: null,
  startedAt: null,
  endedAt: null,
} as const satisfies Partial<Rollout>;
