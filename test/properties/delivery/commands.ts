import * as fc from "fast-check";
import type { Command } from "../../../src/domain/rollout/command.ts";
import type { RolloutPlan } from "../../../src/domain/rollout/plan.ts";
import { isTerminal } from "../../../src/domain/rollout/rollout.ts";
import { Chronicle } from "./chronicle.ts";
import { checkInvariants } from "./invariants.ts";
import type { Fault } from "./line.ts";
import { planArbitrary } from "./plans.ts";
import { settled } from "./world.ts";
import type { Outcome, Seat, Served, World } from "./world.ts";

/** Nothing is expected beforehand: the laws judge. */
export interface Model {
  readonly isJudgedByLaws: true;
}

/** The world, what has been looked at, and the sessions that wait for their outcome. */
export interface Real {
  readonly world: World;
  readonly chronicle: Chronicle;
  readonly waiting: Served[];
  /** Commands that ran. */
  commands: number;
}

/** A world to run commands in. */
export const realOf = (world: World): Real => ({ world, chronicle: new Chronicle(world), waiting: [], commands: 0 });

type Run = (real: Real) => void | Promise<void>;

/** A command of fast-check: it runs, and every law is checked after it. */
class Action implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #run: Run;

  constructor(name: string, run: Run) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(_: Model, real: Real): Promise<void> {
    await this.#run(real);
    await settled();
    real.commands += 1;
    await checkInvariants(await real.chronicle.look());
  }

  toString(): string {
    return this.#name;
  }
}

const seats = fc.nat(1) as fc.Arbitrary<Seat>;

/** One of the rollouts that have not ended, newest first; one that has ended when there is no other. */
async function target({ world }: Real, pick: number): Promise<string | null> {
  const all = await world.stores.rollouts.list({ limit: 10 });
  const open = all.filter(({ phase }) => !isTerminal(phase));
  const from = open.length === 0 ? all : open;
  return from[pick % Math.max(1, from.length)]?.id ?? null;
}

const tick = (ms: number): Action => new Action(`tick(${ms} ms)`, ({ world }) => world.pass(ms));

const tell = (seat: Seat, command: Command, pick: number): Action =>
  new Action(`${command.type}(${pick})@${seat}`, async (real) => {
    const id = await target(real, pick);
    if (id !== null) await real.world.tell(seat, id, command);
  });

/** The same wish twice with one key, perhaps at different replicas: the second changes nothing. */
const duplicate = (seat: Seat, other: Seat, command: Command): Action =>
  new Action(`duplicateCommand(${command.type})@${seat}, ${other}`, async (real) => {
    const { world } = real;
    const id = await target(real, 0);
    if (id === null) return;
    const key = `${id} ${command.type} ${real.commands}`;
    await world.tell(seat, id, { ...command, key });
    const between = (await world.stores.rollouts.byId(id))?.seq;
    const isKept = (await world.stores.rollouts.decidedBy(id, key)) !== null;
    await world.tell(other, id, { ...command, key });
    const after = (await world.stores.rollouts.byId(id))?.seq;
    // A withdrawal is carried out whatever its key says; any other wish with a used key is not.
    const isWithdrawal = command.type === "abort" || command.type === "rollback";
    if (isKept && !isWithdrawal && after !== between) throw new Error("A duplicate changed the rollout.");
  });

const outcome = (seat: Seat, arm: "stable" | "candidate", end: Outcome | null): Action =>
  new Action(`outcome(${arm}@${seat}, ${end === null ? "later" : JSON.stringify(end)})`, ({ world, waiting }) => {
    const served = world.begin(seat, arm);
    if (served === null) return;
    if (end === null) waiting.push(served);
    else world.end(served, end);
  });

/** Calls of one new session at the same time; the order in which they end is not that in which they began, and some end later. */
const together = (seat: Seat, arm: "stable" | "candidate", calls: readonly Parallel[]): Action =>
  new Action(`together(${arm}@${seat}, ${JSON.stringify(calls)})`, ({ world, waiting }) => {
    const first = world.begin(seat, arm);
    if (first === null) return;
    const begun = [first, ...calls.slice(1).map(() => world.turn(seat, first.session, false))];
    const ends = begun.flatMap((served, index) => (served === null ? [] : [{ served, ...(calls[index] ?? AT_ONCE) }]));
    for (const { served, ending } of ends.toSorted((one, other) => one.place - other.place)) {
      if (ending === null) waiting.push(served);
      else world.end(served, ending);
    }
  });

const lateOutcomes = (end: Outcome): Action =>
  new Action(`lateOutcomes(${JSON.stringify(end)})`, ({ world, waiting }) => {
    for (const served of waiting.splice(0)) world.end(served, end);
  });

/** What becomes of the sessions of an arm, one after the other and round again. */
interface News {
  readonly stable: readonly Outcome[];
  readonly candidate: readonly Outcome[];
  readonly sessions: number;
  /** Each arm gets as many as the other, whatever the weight: the lot is not believed for long. */
  readonly isEven?: true;
}

/** News in bulk, so that proofs of either kind are not rare. */
const outcomes = (seat: Seat, name: keyof typeof NEWS): Action =>
  new Action(`outcomes(${name})@${seat}`, ({ world }) => {
    const news: News = NEWS[name];
    const met = { stable: 0, candidate: 0 };
    for (let count = 0; count < news.sessions; count += 1) {
      const asked = count % 2 === 0 ? "stable" : "candidate";
      const served = world.begin(seat, news.isEven === true ? asked : null);
      if (served === null) continue;
      const own = news[served.arm];
      world.end(served, own[met[served.arm] % own.length] ?? GOOD);
      met[served.arm] += 1;
    }
  });

const returning = (pick: number, continues: boolean): Action =>
  new Action(`returningSession(${pick}${continues ? "" : ", no earlier turns"})`, ({ world }) => {
    const earlier = world.served[pick % Math.max(1, world.served.length)];
    if (earlier === undefined) return;
    // Elsewhere, and after a restart, only the request itself can tell that it goes on.
    const isAtHome = world.at(earlier.seat).replicaId === earlier.replicaId;
    world.turn(earlier.seat, earlier.session, continues || !isAtHome);
  });

const fault = (seat: Seat, armed: Fault): Action =>
  new Action(
    `fault(${armed.write}${armed.fact === undefined ? "" : ` of ${armed.fact}`} ${armed.mishap})@${seat}`,
    ({ world }) => {
      world.at(seat).line.arm(armed);
    },
  );

const on = (name: string, seat: Seat, run: (world: World, seat: Seat) => void | Promise<void>): Action =>
  new Action(`${name}(${seat})`, ({ world }) => run(world, seat));

/** Nobody hears of a replica for so long that its open sessions are given up; then it comes back with their outcomes. */
const longPartition = (seat: Seat): Action =>
  new Action(`longPartition(${seat})`, async ({ world }) => {
    const begun = [world.begin(seat, "stable"), world.begin(seat, "candidate"), world.begin(seat, "candidate")];
    await world.pass(500);
    world.cut(seat);
    await world.pass(70_000);
    for (const served of begun) if (served !== null) world.end(served, GOOD);
    world.mend(seat);
    await world.pass(1_000);
  });

const newRelease = (seat: Seat, plan: RolloutPlan): Action =>
  new Action(
    `newRelease(${plan.strategy} ${plan.mode} ${plan.onInconclusive} ${plan.onNewRelease})@${seat}`,
    ({ world }) => world.apply(seat, plan),
  );

const endCalls = (seat: Seat): Action =>
  new Action(`endCalls(${seat})`, ({ world }) => {
    for (const { placement, copy } of world.at(seat).endCalls()) {
      if (JSON.stringify(placement) !== copy)
        throw new Error("12: a call ended on another release than it began with.");
    }
  });

const GOOD: Outcome = { failed: false, slow: false };
const SLOW: Outcome = { failed: false, slow: true };
const BAD: Outcome = { failed: true, slow: false };
const REFUSED: Outcome = { failed: false, slow: false, refused: true };
const end = fc.constantFrom(GOOD, GOOD, SLOW, BAD, REFUSED);
const arm = fc.constantFrom("stable" as const, "candidate" as const, "candidate" as const);
/** A call beside others: how it ends, and when among them. */
interface Parallel {
  readonly ending: Outcome | null;
  readonly place: number;
}

const AT_ONCE: Parallel = { ending: GOOD, place: 0 };
const parallel = fc.array(fc.record({ ending: fc.option(end, { freq: 4 }), place: fc.nat(9) }), {
  minLength: 2,
  maxLength: 3,
});
const NEWS = {
  better: { stable: [BAD, SLOW, SLOW], candidate: [GOOD], sessions: 48 },
  alike: { stable: [GOOD, SLOW], candidate: [GOOD, SLOW], sessions: 16 },
  worse: { stable: [GOOD], candidate: [BAD], sessions: 12, isEven: true },
  slower: { stable: [GOOD], candidate: [SLOW], sessions: 48 },
} as const satisfies Record<string, News>;
const news = fc.constantFrom<keyof typeof NEWS>("better", "better", "better", "alike", "worse", "slower");
const told = fc.constantFrom<Command>(
  { type: "start" },
  { type: "promote" },
  { type: "promote" },
  { type: "hold" },
  { type: "resume" },
  { type: "resume" },
  { type: "abort" },
  { type: "rollback" },
  { type: "approve" },
  { type: "approve" },
  { type: "deny" },
  { type: "cancel" },
);
/** Each step of a promotion and of a withdrawal is a moment to die in. */
const facts = fc.constantFrom(
  "Started",
  "StepEntered",
  "PromotionDecided",
  "StablePointerMoved",
  "RoutesAcked",
  "PinsDrained",
  "RollbackStarted",
  "RolledBack",
  "AbortStarted",
  "Superseded",
);
const faults = fc.oneof(
  fc.record({
    write: fc.constant("decision" as const),
    fact: facts,
    mishap: fc.constantFrom(
      "dies before" as const,
      "dies after",
      "fails before",
      "fails after",
      "is slow",
      "answers late",
    ),
  }),
  fc.record({
    write: fc.constantFrom("decision" as const, "journal", "publish", "beat", "channel", "release", "gate"),
    mishap: fc.constantFrom(
      "dies before" as const,
      "dies after",
      "fails before",
      "fails after",
      "is slow",
      "answers late",
    ),
  }),
);

const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

/** Everything that can happen, the usual more often than the rare. */
export const commandArbitraries: readonly fc.Arbitrary<Action>[] = [
  ...times(9, fc.constantFrom(250, 500, 1_000, 2_500).map(tick)),
  fc.constantFrom(6_000, 12_000, 70_000).map(tick),
  ...times(
    3,
    fc.tuple(seats, arm, fc.option(end, { freq: 4 })).map((a) => outcome(...a)),
  ),
  ...times(
    4,
    fc.tuple(seats, news).map((a) => outcomes(...a)),
  ),
  fc.tuple(seats, arm, parallel).map((a) => together(...a)),
  end.map(lateOutcomes),
  ...times(
    2,
    fc.tuple(seats, planArbitrary).map((a) => newRelease(...a)),
  ),
  ...times(
    2,
    fc.tuple(seats, told, fc.nat(2)).map((a) => tell(...a)),
  ),
  fc.tuple(seats, seats, told).map((a) => duplicate(...a)),
  ...times(
    3,
    fc.tuple(seats, faults).map((a) => fault(...a)),
  ),
  ...times(2, fc.constantFrom("in order" as const, "reversed" as const)).map((order) =>
    order.map((each) => new Action(`deliver(${each})`, ({ world }) => world.network.deliver(each))),
  ),
  seats.map((seat) => on("crash", seat, (world) => world.kill(seat))),
  ...times(
    3,
    seats.map((seat) => on("restart", seat, (world) => world.restart(seat))),
  ),
  seats.map((seat) => on("partitionReplica", seat, (world) => world.cut(seat))),
  ...times(
    2,
    seats.map((seat) => on("heal", seat, (world) => world.mend(seat))),
  ),
  seats.map((seat) => on("rollbackEndpoint", seat, (world) => world.rollBack(seat))),
  fc.boolean().map((is) => new Action(`candidateResolvable(${is})`, ({ world }) => world.setResolvable(is))),
  fc.constant(new Action("freeze", ({ world }) => world.freeze())),
  ...times(2, fc.constant(new Action("thaw", ({ world }) => world.thaw()))),
  fc.boolean().map(
    (is) =>
      new Action(`gatesPass(${is})`, ({ world }) => {
        world.gatesPass = is;
      }),
  ),
  fc.tuple(fc.nat(300), fc.boolean()).map((a) => returning(...a)),
  seats.map(longPartition),
  seats.map(endCalls),
];
