import { describe, expect, test } from "vitest";
import { DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { createMemoryReplicaBoard } from "../adapters/stores/memory/memory-replica-board.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { Observatory } from "./observatory.ts";
import { Replicas } from "./replicas.ts";

/** This replica beside another one, `rep_other`, that writes to the journal. */
async function beside() {
  const world = new DeliveryWorld();
  const id = await world.rollOut("bot");
  const rollout = await world.stores.rollouts.byId(id);
  if (rollout === null) throw new Error("The rollout was opened.");
  const { clock, delivery: own } = world;
  const board = createMemoryReplicaBoard(clock);
  const replicas = new Replicas({ replicaId: "rep_own", board, routes: own.routes, clock });
  const delivery: Delivery = { ...own, replicas };
  const meet = async (): Promise<void> => {
    await board.beat({ replicaId: "rep_other", epochs: {} });
    await replicas.meet();
  };
  return { world, delivery, rollout, replicas, meet };
}

let batch = 0;

async function assignElsewhere(
  { world, rollout }: { readonly world: DeliveryWorld; readonly rollout: Rollout },
  session: { readonly session: string; readonly arm: "stable" | "candidate"; readonly at: number },
): Promise<void> {
  batch += 1;
  const assignment = { rolloutId: rollout.id, session: session.session, arm: session.arm, epoch: 2, weight: 0.5 };
  const entries = [{ type: "assigned", order: batch, at: session.at, assignment }] as const;
  await world.stores.journal.append([{ rolloutId: rollout.id, replicaId: "rep_other", batch, entries }]);
}

const candidates = ({ observatory }: Delivery, { id }: Rollout): number | undefined =>
  observatory.ledger(id)?.reading().sessions.candidate;

describe("gathering what other replicas observed", () => {
  test("makes no failure of a session that another replica left open, be it alive with a slow clock or gone", async () => {
    const { world, delivery, rollout, replicas, meet } = await beside();
    const { clock } = world;
    await meet();
    const at = clock.now() - rollout.plan.window.withinMs - 600_000;
    await assignElsewhere({ world, rollout }, { session: "s-1", arm: "candidate", at });
    await gatherEvidence(delivery, rollout);
    expect(candidates(delivery, rollout)).toBe(0);
    clock.advance(6_000);
    await replicas.meet();
    await gatherEvidence(delivery, rollout);
    expect(candidates(delivery, rollout)).toBe(0);
  });

  test("moves no session from stable to the candidate when two replicas drew different sides", async () => {
    const { world, delivery, rollout, meet } = await beside();
    await meet();
    const { clock } = delivery;
    const pins = delivery.pinsOf("production");
    const at = clock.now();
    pins.set("bot", "stable-here", { rolloutId: rollout.id, arm: "stable" });
    pins.set("bot", "candidate-here", { rolloutId: rollout.id, arm: "candidate" });
    pins.set("bot", "continued-here", { rolloutId: null, arm: "stable" });
    await assignElsewhere({ world, rollout }, { session: "stable-here", arm: "candidate", at });
    await assignElsewhere({ world, rollout }, { session: "candidate-here", arm: "stable", at });
    await assignElsewhere({ world, rollout }, { session: "continued-here", arm: "candidate", at });
    await assignElsewhere({ world, rollout }, { session: "new", arm: "candidate", at });
    await gatherEvidence(delivery, rollout);
    const arms = ["stable-here", "candidate-here", "continued-here", "new"].map((one) => pins.get("bot", one)?.arm);
    expect(arms).toEqual(["stable", "stable", "candidate", "candidate"]);
  });

  test("stops when its time is over and goes on there the next time", async () => {
    const { world, delivery, rollout, meet } = await beside();
    await meet();
    for (const session of ["a", "b", "c"]) {
      await assignElsewhere({ world, rollout }, { session, arm: "stable", at: delivery.clock.now() });
    }
    const assigned = (): number | undefined => delivery.observatory.ledger(rollout.id)?.assignedInAll;
    await gatherEvidence(delivery, rollout, () => true);
    expect(assigned()).toBe(1);
    await gatherEvidence(delivery, rollout);
    expect(assigned()).toBe(3);
  });
});

/** The same where sessions count only once the other journals are read, and reading these can hang. */
async function besideWithClaims() {
  const { world, delivery: own, rollout, replicas, meet } = await beside();
  const entries: JournalEntry[] = [];
  const observatory = new Observatory({
    clock: world.clock,
    log: { ...own.log, append: (_, entry) => void entries.push(entry), written: async () => true },
    routes: own.routes,
    replicaId: "rep_own",
    isShared: true,
    hasOthers: () => true,
  });
  const ledger = observatory.watch(rollout);
  let answered: Promise<void> = Promise.resolve();
  const journal: EvidenceJournal = {
    ...world.stores.journal,
    async *readAfter(id, seen) {
      const hanging = answered;
      const batches: JournalBatch[] = [];
      for await (const batch of world.stores.journal.readAfter(id, seen)) batches.push(batch);
      await hanging;
      yield* batches;
    },
  };
  const delivery: Delivery = { ...own, replicas, observatory, journal };
  /** The journal answers a gather only when its deadline has passed and the next one has read it. */
  const gatherTwice = async (between = async (): Promise<void> => {}): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answered = promise;
    let isOver = false;
    const late = gatherEvidence(delivery, rollout, () => isOver);
    await settled();
    isOver = true;
    answered = Promise.resolve();
    await between();
    await gatherEvidence(delivery, rollout);
    resolve();
    await late;
  };
  const serve = (session: string): void => {
    observatory.assigned(drawOf(rollout, session));
    const turn = { failure: null, latencyMs: 5, firstTokenMs: null, costPico: 1n };
    observatory.turnEnded({ ...turn, rolloutId: rollout.id, session });
  };
  const ends = (): readonly string[] => entries.map(({ type }) => type).filter((type) => type !== "assigned");
  return { world, delivery, rollout, ledger, meet, gatherTwice, serve, ends };
}

const drawOf = ({ id: rolloutId }: Rollout, session: string) =>
  ({ rolloutId, session, arm: "stable", epoch: 2, weight: 0.5 }) as const;

describe("a gather that outlives its deadline", () => {
  test("takes in nothing a second time, so that what was contested comes to its end", async () => {
    const { world, rollout, ledger, meet, gatherTwice, serve, ends } = await besideWithClaims();
    await meet();
    const at = world.clock.now() + 5;
    serve("contested");
    serve("behind it");
    const write = (number: number, entries: readonly JournalEntry[]): Promise<void> =>
      world.stores.journal.append([{ rolloutId: rollout.id, replicaId: "rep_other", batch: number, entries }]);
    const drawn = (order: number, session: string): JournalEntry => ({
      type: "assigned",
      order,
      at,
      assignment: drawOf(rollout, session),
    });
    await write(1, [drawn(1, "contested"), drawn(2, "theirs")]);
    await gatherTwice();
    expect(ends()).toEqual([]);
    await write(2, [{ type: "twice", order: 1, session: "contested", epoch: 2 }]);
    await gatherTwice();
    expect(ends()).toEqual(["final", "final"]);
    expect(ledger.assignedInAll).toBe(3);
  });

  test("takes no replica for dead that began to live meanwhile", async () => {
    const { world, rollout, meet, gatherTwice, serve, ends } = await besideWithClaims();
    serve("contested");
    await gatherTwice(async () => {
      await meet();
      const at = world.clock.now() + 5;
      const entries = [{ type: "assigned", order: 1, at, assignment: drawOf(rollout, "contested") }] as const;
      await world.stores.journal.append([{ rolloutId: rollout.id, replicaId: "rep_other", batch: 1, entries }]);
    });
    expect(ends()).toEqual([]);
  });
});
