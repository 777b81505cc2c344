import { expect } from "vitest";
import { applyCommand } from "../../../src/domain/rollout/command.ts";
import type { Command } from "../../../src/domain/rollout/command.ts";
import { decide } from "../../../src/domain/rollout/decide.ts";
import { replay, verifyLog } from "../../../src/domain/rollout/log.ts";
import { bakeShares } from "../../../src/domain/rollout/bake-weight.ts";
import { planDigest } from "../../../src/domain/rollout/open-rollout.ts";
import { applyFact, reduce } from "../../../src/domain/rollout/reduce.ts";
import { isActive, isTerminal } from "../../../src/domain/rollout/rollout.ts";
import type { Rollout, RolloutEvent, RolloutFact } from "../../../src/domain/rollout/rollout.ts";
import { channelAfter, routeOf } from "../../../src/domain/rollout/route-of.ts";
import type { Route } from "../../../src/domain/traffic/route.ts";
import { FewSessions } from "./evidence.ts";
import type { LogStore } from "./store.ts";
import type { Taken, World } from "./world.ts";

/** One entry with the state just before and just after it, and what the machine saw. */
interface Entry {
  readonly event: RolloutEvent;
  readonly fact: RolloutFact;
  readonly before: Rollout | null;
  readonly after: Rollout;
  readonly taken: Taken;
}

/** What the checks remember between commands. */
export interface Memory {
  taken: number;
  served: number;
  readonly routes: (Route | undefined)[];
  readonly partitioned: boolean[];
  readonly ended: Set<string>;
}

export const newMemory = (world: World): Memory => ({
  taken: 0,
  served: 0,
  routes: world.replicas.map(({ route }) => route),
  partitioned: world.replicas.map(({ partitioned }) => partitioned),
  ended: new Set(),
});

/** Checks every invariant of the delivery reference, section 8.4, that the rollout machine answers for. */
export function checkInvariants(world: World, memory: Memory): void {
  const taken = world.taken.slice(memory.taken);
  const entries = taken.flatMap(entriesOf);
  for (const entry of entries) {
    invariant3(entry, world);
    invariant4AtTheEnd(entry, world);
    invariant6(entry);
    invariant7(entry);
    invariant8(entry);
    invariant15(entry);
  }
  for (const each of taken) invariant4(each);
  invariant1(world);
  for (const rollout of world.store.all()) {
    invariant2(rollout, world);
    invariant9(rollout, world);
    invariant10(rollout, world);
    invariant13(rollout, world);
    if (isTerminal(rollout.phase)) invariant5(rollout, memory);
    else comesToRest(rollout, world);
    if (isActive(rollout.phase)) rollbackIsReachable(rollout, world);
  }
  invariant11(world, memory);
  invariant12(world);
  invariant16(world, memory);
  routesFollowState(world);
  memory.taken = world.taken.length;
  memory.served = world.served.length;
}

function entriesOf(taken: Taken): readonly Entry[] {
  let state = taken.before;
  return taken.events.map((event) => {
    const before = state;
    state = reduce(state, event);
    return { event, fact: event.fact, before, after: state, taken };
  });
}

/** 1: at most one rollout of the channel has started and not ended; the pointer names a release that exists. */
function invariant1({ store, releases }: World): void {
  const started = store.all().filter(({ startedAt, phase }) => startedAt !== null && !isTerminal(phase));
  expect(started.length, "1").toBeLessThanOrEqual(1);
  expect(store.channel.rolloutId, "1").toBe(started[0]?.id ?? null);
  expect(releases.has(store.channel.stable), "1").toBe(true);
}

/** 2: weights sum to 1; the candidate has none outside ramping, promoting, draining and completed. */
function invariant2({ phase, weight, outcome, id }: Rollout, { store, replicas, owesPush }: World): void {
  expect(weight >= 0 && weight <= 1, "2").toBe(true);
  const mayCarry = ["ramping", "promoting", "draining"].includes(phase) || outcome === "promoted";
  if (!mayCarry) expect(weight, "2").toBe(0);
  if (!isTerminal(phase) || store.channel.rolloutId === id || owesPush) return;
  for (const { partitioned, hasMail, route } of replicas) {
    if (!partitioned && !hasMail) expect(route?.split?.rolloutId, "2: no new pins after the end").not.toBe(id);
  }
}

/** 3: the weight grows only by a step or the pointer, whose guards held, and never after harm that counts. */
function invariant3({ event, before, after, fact, taken }: Entry, { store }: World): void {
  if (before === null || after.weight <= before.weight) return;
  expect(["StepEntered", "StablePointerMoved"], "3").toContain(fact.type);
  const mayGrow = before.harm === null || before.plan.mode === "observe";
  expect(mayGrow, "3: after harm").toBe(true);
  const { observation } = taken;
  if (observation === null) throw new Error("3: a command of a person raised the weight by itself.");
  expect(observation.frozen, "3: freeze").toBe(false);
  expect(before.holds, "3: holds").toEqual([]);
  if (fact.type === "StepEntered" && before.step >= 0) {
    const step = before.plan.steps[before.step];
    if (step === undefined) throw new Error("3: a step that the plan does not have.");
    expect(wasAcked(store, before, event), "3: acknowledged").toBe(true);
    expect(before.stepObservedMs, "3: least time").toBeGreaterThanOrEqual(step.minDurationMs);
    expect(observation.stepSessions, "3: least sessions").toBeGreaterThanOrEqual(step.minSessions);
    expect(!step.approval || before.approved, "3: approval").toBe(true);
  }
  if (fact.type === "StablePointerMoved") {
    expect(before.promotion, "3: decided").not.toBeNull();
    expect(observation.controlHealthy && observation.candidateResolvable, "3: promotable").toBe(true);
  }
}

/** Whether the log says, before the event, that the epoch in force reached every live replica. */
const wasAcked = (store: LogStore, { id, epoch }: Rollout, { seq }: RolloutEvent): boolean =>
  store.events(id).some(({ seq: told, fact }) => told < seq && fact.type === "RoutesAcked" && fact.epoch === epoch);

/** 4: a withdrawal ends only when every live replica has let go of the candidate. */
function invariant4AtTheEnd({ event, before, fact }: Entry, { store }: World): void {
  if (before === null || (fact.type !== "RolledBack" && fact.type !== "Aborted")) return;
  expect(wasAcked(store, before, event), "4: acknowledged").toBe(true);
}

/** 4: proven harm takes the weight to 0 in the same decision and in one epoch (mode enforce). */
function invariant4({ events, rollout, channelBefore }: Taken): void {
  const harm = events.some(({ fact }) => fact.type === "HarmCrossed");
  if (!harm || rollout.plan.mode !== "enforce") return;
  expect(rollout.weight, "4").toBe(0);
  expect(rollout.phase, "4").toBe("rolling_back");
  expect(rollout.epoch, "4").toBe(channelBefore.epoch + 1);
}

/** 4, 15: from wherever it is now, harm would take it out of traffic, back to where it started. */
function rollbackIsReachable(rollout: Rollout, world: World): void {
  if (rollout.plan.mode !== "enforce") return;
  const seen = world.observe(rollout);
  const reading = { ...seen.reading, union: { ...seen.reading.union, crossed: true } };
  const facts = decide(rollout, { ...seen, reading });
  const back = applyAll(rollout, facts);
  const channel = channelAfter(world.store.channel, back, facts);
  expect(back, "4").toMatchObject({ phase: "rolling_back", weight: 0, pointerMoved: false });
  if (channel === null) throw new Error("4: the rollback did not reach the channel.");
  expect(channel, "4").toMatchObject({ epoch: seen.nextEpoch, stable: rollout.stable });
  expect(routeOf(channel, back, world.releases).split, "4").toBeNull();
}

const COMMANDS: readonly Command[] = [
  { type: "start" },
  { type: "promote" },
  { type: "hold" },
  { type: "resume" },
  { type: "abort" },
  { type: "rollback" },
  { type: "approve" },
  { type: "deny" },
  { type: "cancel" },
  { type: "supersede", by: "rel_0" },
];
const CONTEXT = { nextEpoch: 99, channelStable: "rel_1", evidenceHash: null, frozen: false };

const LATE_FACTS: readonly RolloutFact[] = [
  { type: "RollbackStarted", cause: "command", epoch: 99 },
  { type: "RoutesAcked", epoch: 99 },
  { type: "TimeObserved", ms: 5_000 },
  { type: "EvidenceSnapshot", reading: new FewSessions().reading([]), evidenceHash: "" },
  { type: "NoWorseCertified", metric: "cost", evidenceHash: "" },
  { type: "WaitEnded", wait: "queue" },
];

/** 5: the end absorbs: no command and no fact changes it, and it is the same rollout ever after. */
function invariant5(rollout: Rollout, { ended }: Memory): void {
  expect(rollout.endedAt, "5").not.toBeNull();
  const mark = `${rollout.id} ${rollout.seq}`;
  if (ended.has(mark)) return;
  expect(
    [...ended].some((other) => other.startsWith(`${rollout.id} `)),
    "5: grew after its end",
  ).toBe(false);
  ended.add(mark);
  for (const command of COMMANDS) {
    const answer = applyCommand(rollout, command, CONTEXT);
    if ("facts" in answer) expect(answer.facts, `5: ${command.type}`).toEqual([]);
  }
  for (const fact of LATE_FACTS) expect(applyFact(rollout, fact, 0), `5: ${fact.type}`).toEqual(rollout);
}

/** 6: without outcomes the machine neither passes nor fails the candidate. */
function invariant6({ before, fact, taken }: Entry): void {
  if (taken.observation === null) return;
  const { stable, candidate } = taken.observation.reading.sessions;
  if (stable + candidate > 0) return;
  // Where nobody is given the candidate, nobody is waited for: a switch rests on its gates, a stage on its copies.
  if (before !== null && before.weight === 0 && fact.type !== "NoWorseCertified") return;
  const passes = fact.type === "NoWorseCertified" || fact.type === "PromotionDecided" || fact.type === "ApprovalAsked";
  expect(passes || (fact.type === "StepEntered" && fact.step > 0), "6: passed").toBe(false);
  expect(fact.type === "HarmCrossed", "6: failed").toBe(false);
}

/** 7: a promotion has a basis and its evidence; on proof, every required metric was certified before. */
function invariant7({ before, after, fact }: Entry): void {
  if (after.outcome === "promoted") expect(after.promotion, "7").not.toBeNull();
  if (fact.type !== "PromotionDecided" || before === null) return;
  expect(fact.evidenceHash, "7").toMatch(/^[0-9a-f]{64}$/);
  if (fact.basis === "superior") expect(before.winner, "7").toBe("candidate");
  if (fact.basis === "gates") expect(before.weight, "7: nobody was given it before").toBe(0);
  if (fact.basis !== "non-inferior") return;
  const required = before.plan.metrics.filter((metric) => metric.required).map(({ metric }) => metric);
  expect(before.certified, "7").toEqual(expect.arrayContaining(required));
}

/** 8: the machine raises the weight only along the frozen plan, one rung at a time. */
function invariant8({ before, fact, taken }: Entry): void {
  if (taken.observation === null || before === null) return;
  if (fact.type === "StepEntered") {
    expect(fact.step, "8").toBe(before.step + 1);
    expect(fact.weight, "8").toBe(before.plan.steps[fact.step]?.weight);
  }
  if (fact.type === "StablePointerMoved") {
    const forward = before.phase === "promoting" && fact.to === before.candidate;
    const back = before.phase === "rolling_back" || before.phase === "aborting";
    expect(forward || (back && fact.to === before.stable), "8").toBe(true);
  }
}

/** 9: plan, seed, margins and shares are those of the first entry. */
function invariant9(rollout: Rollout, { store }: World): void {
  const created = store.events(rollout.id)[0]?.fact;
  if (created?.type !== "Created") throw new Error("9: the log does not begin with Created.");
  expect(rollout.plan, "9").toEqual(created.plan);
  expect(rollout.seed, "9").toBe(created.seed);
  expect(planDigest(rollout.plan), "9").toBe(created.planDigest);
  expect(
    rollout.plan.metrics.reduce((sum, { share }) => sum + share, 0),
    "9",
  ).toBeCloseTo(1, 9);
}

/** 10: evidence comes from sessions assigned after the start, in an epoch and at a weight that the log knows. */
function invariant10({ id }: Rollout, { store, evidence }: World): void {
  const weights = new Map<number, number>();
  const baking = bakeShares(store.byId(id)?.plan ?? {})?.weight ?? 0;
  for (const { fact } of store.events(id)) {
    if (fact.type === "StepEntered") weights.set(fact.epoch, fact.weight);
    // While a promotion bakes, what is not held back is drawn with the rest.
    if (fact.type === "StablePointerMoved" || fact.type === "PinsDrained") weights.set(fact.epoch ?? -1, baking);
  }
  const last = evidence.get(id)?.assigned.at(-1);
  if (last !== undefined) expect(weights.get(last.epoch), "10").toBe(last.weight);
}

/** 11: a session never moves from stable to the candidate of the rollout that drew it. */
function invariant11({ served }: World, memory: Memory): void {
  for (const turn of served.slice(memory.served)) {
    // Who came after the promotion and finishes on the release that was taken back was drawn by nobody.
    if (turn.arm !== "candidate" || turn.rolloutId === null) continue;
    const earlier = served.filter(({ session, rolloutId }) => session === turn.session && rolloutId === turn.rolloutId);
    expect(earlier[0]?.arm, "11").toBe("candidate");
  }
}

/** 12: a call in flight keeps what it began with, whatever is published meanwhile. */
function invariant12({ replicas }: World): void {
  for (const { inFlight } of replicas) {
    for (const { route, copy } of inFlight.slice(-3)) expect(JSON.stringify(route), "12").toBe(copy);
  }
}

/** 13: the log is chained and adds up to the snapshot. */
function invariant13({ id }: Rollout, { store }: World): void {
  const events = store.events(id);
  // Older entries were verified by earlier calls and cannot change: the store froze them.
  expect(verifyLog(events.slice(-12)), "13").toEqual({ ok: true });
  expect(replay(events), "13").toEqual(store.byId(id));
}

/** 15: a hold keeps the weight; clearing one reason leaves the others. */
function invariant15({ before, after, fact }: Entry): void {
  if (before === null) return;
  if (fact.type === "HoldSet") expect(after.weight, "15").toBe(before.weight);
  if (fact.type === "Completed") expect(before.holds, "15: completed while held").toEqual([]);
  if (fact.type !== "HoldCleared" && fact.type !== "HoldDismissed") return;
  expect(after.weight, "15").toBe(before.weight);
  expect(after.holds, "15").toEqual(before.holds.filter((hold) => hold !== fact.hold));
}

/** 16: a replica that nobody reaches serves its last epoch and never raises the candidate's weight. */
function invariant16({ replicas }: World, memory: Memory): void {
  replicas.forEach(({ route, partitioned, hasMail }, index) => {
    const last = memory.routes[index];
    if (partitioned && memory.partitioned[index] === true && !hasMail) {
      expect(route?.epoch, "16").toBe(last?.epoch);
      expect(route?.split?.weight ?? 0, "16").toBeLessThanOrEqual(last?.split?.weight ?? 0);
    }
    expect(route?.epoch ?? 0, "16: an epoch never goes back").toBeGreaterThanOrEqual(last?.epoch ?? 0);
    memory.routes[index] = route;
    memory.partitioned[index] = partitioned;
  });
}

/** Routing is a pure function of state: whoever has heard everything serves it (a fuse may only lower it). */
function routesFollowState({ replicas, store, current, releases, owesPush, isUp }: World): void {
  const wanted = routeOf(store.channel, current, releases);
  expect(wanted, "routes").toMatchObject({ epoch: store.channel.epoch, stable: { id: store.channel.stable } });
  const shares = current?.phase === "ramping" || (current?.phase === "promoting" && !current.pointerMoved);
  if (current === null || !shares || current.weight === 0) expect(wanted.split, "routes").toBeNull();
  else {
    // 15: a held rollout keeps its weight and goes on collecting.
    const collecting = current.phase === "ramping";
    const split = { rolloutId: current.id, weight: current.weight, collecting, candidate: { id: current.candidate } };
    expect(wanted.split, "routes, 15").toMatchObject(split);
  }
  // Who asks for the candidate by name gets it from the start to the switch, and copies go to it in its stage alone.
  const isShown = current !== null && isActive(current.phase) && !current.pointerMoved;
  expect(wanted.preview?.rolloutId, "routes: preview").toBe(isShown ? current.id : undefined);
  expect(wanted.shadow?.rolloutId, "routes: copies").toBe(current?.phase === "shadowing" ? current.id : undefined);
  if (current?.phase === "shadowing") expect(current.weight, "routes: copies").toBe(0);
  if (owesPush || !isUp) return;
  for (const { route, partitioned, hasMail } of replicas) {
    if (partitioned || hasMail || route === undefined) continue;
    expect(route.epoch, "routes").toBe(wanted.epoch);
    // The fuse of a promotion that drains gives calls back to the release before it.
    const isLowered = wanted.draining !== null && route.draining === null;
    expect(route.stable.id, "routes").toBe(isLowered ? wanted.draining.previous.id : wanted.stable.id);
    expect(route.split?.rolloutId, "routes").toBe(wanted.split?.rolloutId);
    expect([0, wanted.split?.weight ?? 0], "routes").toContain(route.split?.weight ?? 0);
  }
}

/** Level-triggered: with its own facts reduced and nothing new seen, the machine comes to rest. */
function comesToRest(rollout: Rollout, world: World): void {
  let seen = world.observe(rollout);
  let state = rollout;
  for (let looks = 0; looks < 40; looks += 1) {
    const facts = decide(state, seen);
    if (facts.length === 0) return;
    expect(facts.filter(({ type }) => type === "StepEntered").length, "one step per look").toBeLessThanOrEqual(1);
    state = applyAll(state, facts);
    seen = { ...seen, observedMs: 0 };
  }
  throw new Error(`The machine does not come to rest: ${state.phase}, ${String(state.activity)}.`);
}

const applyAll = (rollout: Rollout, facts: readonly RolloutFact[]): Rollout =>
  facts.reduce((state, fact) => applyFact(state, fact, 0), rollout);
