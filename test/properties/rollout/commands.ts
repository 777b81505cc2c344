import * as fc from "fast-check";
import { expect } from "vitest";
import type { Command as RolloutCommand } from "../../../src/domain/rollout/command.ts";
import type { RolloutPlan } from "../../../src/domain/rollout/plan.ts";
import type { Phase, Wait } from "../../../src/domain/rollout/rollout.ts";
import type { Outcome } from "./evidence.ts";
import { checkInvariants, newMemory } from "./invariants.ts";
import { planArbitrary } from "./plans.ts";
import type { Memory } from "./invariants.ts";
import type { Served } from "./replica.ts";
import type { CrashPoint, World } from "./world.ts";

/** What the test expects of the world around the machine; the machine itself is judged by the invariants. */
export interface Model {
  isUp: boolean;
  isFrozen: boolean;
}

/** The world with what the checks remember and the sessions that wait for their outcome. */
export interface Real {
  readonly world: World;
  readonly memory: Memory;
  readonly waiting: Served[];
}

export const realOf = (world: World): Real => ({ world, memory: newMemory(world), waiting: [] });

type Run = (real: Real, model: Model) => void;

/** A command of fast-check: it runs, and every invariant is checked after it. */
class Action implements fc.Command<Model, Real> {
  readonly #name: string;
  readonly #run: Run;
  readonly #when: (model: Readonly<Model>) => boolean;

  constructor(name: string, run: Run, when: (model: Readonly<Model>) => boolean = () => true) {
    this.#name = name;
    this.#run = run;
    this.#when = when;
  }

  check(model: Readonly<Model>): boolean {
    return this.#when(model);
  }

  run(model: Model, real: Real): void {
    this.#run(real, model);
    // An armed crash may have struck.
    model.isUp = real.world.isUp;
    if (real.world.frozen !== model.isFrozen) throw new Error("The world froze or thawed by itself.");
    checkInvariants(real.world, real.memory);
  }

  toString(): string {
    return this.#name;
  }
}

const often = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

const waits = often<readonly Wait[]>([], ["approval"], ["freeze"], ["schedule"]);

/** One of the open rollouts, the current one first. */
const target = ({ world }: Real, pick: number): string | null => {
  const ids = [world.current, ...world.open].flatMap((rollout) => (rollout === null ? [] : [rollout.id]));
  return ids[pick % Math.max(ids.length, 1)] ?? null;
};

const person = (command: RolloutCommand, pick: number): Action =>
  new Action(`${command.type}(${pick})`, (real) => {
    const id = target(real, pick);
    if (id !== null) real.world.command(id, command, null);
  });

/** The same wish twice: with one key the second is a duplicate, without a key it leads to nothing new. */
const duplicateCommand = (command: RolloutCommand, keyed: boolean): Action =>
  new Action(`duplicateCommand(${command.type}, ${keyed ? "one key" : "no key"})`, (real) => {
    const { world } = real;
    const id = target(real, 0);
    if (id === null) return;
    const key = keyed ? `${id} ${command.type} ${world.store.events(id).length}` : null;
    const first = world.command(id, command, key);
    const before = world.store.byId(id);
    const second = world.command(id, command, key);
    if (first === null || first.length === 0 || !world.isUp || keyed) return;
    expect(second ?? [], "a repeated command leads to nothing new").toEqual([]);
    expect(world.store.byId(id)).toEqual(before);
  });

const begin = (replica: number, arm: "stable" | "candidate", outcome: Outcome | null): Action =>
  new Action(`outcome(${arm}@${replica}, ${outcome === null ? "later" : JSON.stringify(outcome)})`, (real) => {
    const served = real.world.begin(replica, arm);
    if (served === null) return;
    if (outcome === null) real.waiting.push(served);
    else real.world.end(served, outcome);
  });

const endWaiting = (outcome: Outcome): Action =>
  new Action(`lateOutcomes(${JSON.stringify(outcome)})`, (real) => {
    for (const served of real.waiting.splice(0)) real.world.end(served, outcome);
  });

/** News in bulk, so that proofs of either kind are not rare. */
const many = (replica: number, news: Record<"stable" | "candidate", Outcome>): Action =>
  new Action(`outcomes(6 of each arm@${replica}, ${JSON.stringify(news)})`, ({ world }) => {
    for (let count = 0; count < 6; count += 1) {
      for (const arm of ["stable", "candidate"] as const) {
        const served = world.begin(replica, arm);
        if (served !== null) world.end(served, news[arm]);
      }
    }
  });

const copies = (count: number, outcome: Outcome): Action =>
  new Action(`copies(${count}, ${JSON.stringify(outcome)})`, ({ world }) => {
    for (let copied = 0; copied < count; copied += 1) world.copy(outcome);
  });

const returning = (pick: number): Action =>
  new Action(`returningSession(${pick})`, ({ world }) => {
    const earlier = world.served[pick % Math.max(world.served.length, 1)];
    if (earlier !== undefined) world.turn(earlier.session);
  });

const tick = (ms: number, looks: number, isDelivered: boolean): Action =>
  new Action(`tick(${ms} ms, ${looks} looks${isDelivered ? "" : ", routes under way"})`, ({ world }) => {
    world.pass(ms);
    for (let look = 0; look < looks; look += 1) {
      if (isDelivered) world.deliver();
      world.tick();
    }
  });

/** A person, or a freeze, steps in at the very moment a rollout enters a phase that one look leaves again. */
const cutIn = (phase: Phase, command: RolloutCommand | "freeze"): Action =>
  new Action(`cutIn(${phase}, ${command === "freeze" ? command : command.type})`, ({ world }, model) => {
    for (let look = 0; look < 6 && world.current?.phase !== phase; look += 1) {
      world.pass(1_000);
      world.deliver();
      world.tick();
    }
    if (command === "freeze") {
      world.frozen = true;
      model.isFrozen = true;
    } else if (world.current !== null) world.command(world.current.id, command, null);
  });

const race = new Action("race", ({ world }) => {
  for (const { id } of world.open) world.look(id, true);
});

const crash = (at: CrashPoint): Action =>
  new Action(
    `crash(${at})`,
    ({ world }) => {
      world.crashAt = at;
      world.tick();
    },
    ({ isUp }) => isUp,
  );

const restart = new Action(
  "restart",
  ({ world }) => {
    world.restart();
  },
  ({ isUp }) => !isUp,
);

const freeze = (on: boolean): Action =>
  new Action(on ? "freeze" : "thaw", ({ world }, model) => {
    world.frozen = on;
    model.isFrozen = on;
  });

const sick = (controlHealthy: boolean, candidateResolvable: boolean): Action =>
  new Action(`health(control ${String(controlHealthy)}, candidate ${String(candidateResolvable)})`, ({ world }) => {
    world.controlHealthy = controlHealthy;
    world.candidateResolvable = candidateResolvable;
  });

const partition = (replica: 0 | 1): Action =>
  new Action(`partitionReplica(${replica})`, ({ world }) => {
    world.replicas[replica].cutOff();
  });

const heal = (replica: 0 | 1): Action =>
  new Action(`heal(${replica})`, ({ world }) => {
    world.heal(replica);
  });

/** Alive, but not taking up what arrives: the other replica hears the news first. */
const stall = (replica: 0 | 1, isStalled: boolean): Action =>
  new Action(`${isStalled ? "stall" : "wake"}(${replica})`, ({ world }) => {
    world.replicas[replica].isStalled = isStalled;
  });

const reorder = new Action("reorderDelivery", ({ world }) => {
  world.deliver("reversed");
});

const endCalls = new Action("endCalls", ({ world }) => {
  for (const replica of world.replicas) {
    for (const { release, copy } of replica.endCalls()) {
      if (!copy.includes(release)) throw new Error("12: a call ended on another release than it began with.");
    }
  }
});

const newRelease = (plan: RolloutPlan, waiting: readonly Wait[]): Action =>
  new Action(`newRelease(${plan.mode}, ${plan.onInconclusive}, ${plan.onNewRelease})`, ({ world }) => {
    world.release(plan, waiting);
  });

const GOOD: Outcome = { failed: false, slow: false };
const SLOW: Outcome = { failed: false, slow: true };
const BAD: Outcome = { failed: true, slow: false };
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(GOOD) },
  { weight: 3, arbitrary: fc.record({ failed: fc.boolean(), slow: fc.boolean() }) },
);
const arm = fc.constantFrom("stable" as const, "candidate" as const, "candidate" as const);
const replica = fc.nat(1) as fc.Arbitrary<0 | 1>;
const personCommand = fc.constantFrom<RolloutCommand["type"]>(
  "start",
  "promote",
  "hold",
  "resume",
  "resume",
  "abort",
  "rollback",
  "approve",
  "approve",
  "approve",
  "deny",
  "cancel",
);
const toCommand = (type: RolloutCommand["type"]): RolloutCommand =>
  type === "supersede" ? { type, by: "rel_0" } : { type };

const passing = fc.constantFrom<Phase>("promoting", "promoting", "draining", "ramping", "rolling_back");
const cuttingIn = fc.constantFrom<RolloutCommand | "freeze">(
  { type: "hold" },
  { type: "abort" },
  { type: "rollback" },
  "freeze",
);
const ticks = fc
  .tuple(fc.constantFrom(250, 1_000, 2_500, 10_000), fc.integer({ min: 1, max: 6 }), often(true, false))
  .map((a) => tick(...a));
const outcomes = fc.tuple(replica, arm, fc.option(outcome, { freq: 4 })).map((a) => begin(...a));
const news = often(
  { stable: GOOD, candidate: GOOD },
  { stable: GOOD, candidate: BAD },
  { stable: BAD, candidate: BAD },
  { stable: SLOW, candidate: SLOW },
);
const bulk = fc.tuple(replica, news).map((a) => many(...a));

/** Everything that can happen, the usual more often than the rare. */
export const commandArbitraries: fc.Arbitrary<Action>[] = [
  ...Array.from({ length: 8 }, () => ticks),
  ...Array.from({ length: 4 }, () => outcomes),
  bulk,
  bulk,
  bulk,
  fc.tuple(planArbitrary, waits).map((a) => newRelease(...a)),
  fc.tuple(planArbitrary, waits).map((a) => newRelease(...a)),
  fc.constant(restart),
  fc.constant(restart),
  fc.constantFrom<CrashPoint>("before append", "after append", "between pushes").map(crash),
  fc.tuple(personCommand.map(toCommand), fc.nat(3)).map((a) => person(...a)),
  fc.tuple(personCommand.map(toCommand), fc.boolean()).map((a) => duplicateCommand(...a)),
  fc.boolean().map(freeze),
  fc.constant(freeze(false)),
  fc.tuple(often(true, false), often(true, false)).map((a) => sick(...a)),
  replica.map(partition),
  replica.map(heal),
  replica.map(heal),
  fc.constant(reorder),
  fc.tuple(replica, often(false, true)).map((a) => stall(...a)),
  fc.constant(stall(0, true)),
  fc.constant(race),
  fc.tuple(passing, cuttingIn).map((a) => cutIn(...a)),
  fc.nat(200).map(returning),
  fc.tuple(fc.integer({ min: 1, max: 8 }), outcome).map((a) => copies(...a)),
  fc.tuple(fc.integer({ min: 1, max: 8 }), outcome).map((a) => copies(...a)),
  outcome.map(endWaiting),
  fc.constant(endCalls),
];
