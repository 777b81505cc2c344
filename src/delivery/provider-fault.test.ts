import { describe, expect, test } from "vitest";
import { DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { createMemoryReplicaBoard } from "../adapters/stores/memory/memory-replica-board.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { FailureCause } from "../domain/traffic/assignment.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { readLog } from "./read-log.ts";
import { replayRollout } from "./replay-rollout.ts";
import { Replicas } from "./replicas.ts";
import { restore } from "./restore.ts";

const step = (weight: number): RolloutPlan["steps"][number] => ({
  weight,
  minDurationMs: 3_600_000,
  minSessions: 0,
  approval: false,
});
const PLAN = { steps: [step(0.5), step(1)], providerFault: "hold" } as const;

/** A rollout to a release at another provider. */
const rollOut = (world: DeliveryWorld): Promise<string> => world.rollOut("bot", PLAN, "anthropic");

async function rolloutOf(world: DeliveryWorld, id: string): Promise<Rollout> {
  const rollout = await world.stores.rollouts.byId(id);
  if (rollout === null) throw new Error("The rollout was opened.");
  return rollout;
}

let names = 0;

/** Sessions of both arms by turns: those of the candidate fail so, every `every`th of them. */
async function live(
  world: DeliveryWorld,
  rolloutId: string,
  {
    pairs,
    failure,
    every = 1,
  }: { readonly pairs: number; readonly failure: FailureCause | null; readonly every?: number },
): Promise<void> {
  const { observatory, log } = world.delivery;
  const { epoch } = await world.stores.rollouts.byId(rolloutId).then((rollout) => rollout ?? { epoch: 1 });
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const arm of ["stable", "candidate"] as const) {
      names += 1;
      const unit = { rolloutId, session: `s${names}` };
      observatory.assigned({ ...unit, arm, epoch, weight: 0.5 });
      const own = arm === "candidate" && pair % every === 0 ? failure : null;
      observatory.turnEnded({ ...unit, failure: own, latencyMs: 100, firstTokenMs: null, costPico: 1_000n });
    }
  }
  world.clock.advance(1_000);
  await log.flush();
  await settled();
}

/** Sessions have the time of the real clock; what looks at the last of them must not come before it. */
const upToDate = ({ clock }: DeliveryWorld): void => clock.advance(Math.max(0, Date.now() - clock.now()) + 1_000);

/** The next process on the same data. */
async function restarted(world: DeliveryWorld): Promise<DeliveryWorld> {
  const next = new DeliveryWorld(undefined, world.stores);
  await restore(next.delivery);
  return next;
}

describe("after a restart", () => {
  test("harm of the release itself that nobody could write down is still harm, also where later sessions outweigh it", async () => {
    const world = new DeliveryWorld();
    const id = await rollOut(world);
    world.mood = "failing";
    await live(world, id, { pairs: 12, failure: "bad_answer" });
    expect(world.delivery.observatory.ledger(id)?.harm.hasCrossed()).toBe(true);
    // Stable fails for a while.
    const { observatory } = world.delivery;
    for (let index = 0; index < 40; index += 1) {
      const unit = { rolloutId: id, session: `late${index}` };
      observatory.assigned({ ...unit, arm: "stable", epoch: 1, weight: 0.5 });
      observatory.turnEnded({ ...unit, failure: "refused", latencyMs: null, firstTokenMs: null, costPico: 1_000n });
    }
    await live(world, id, { pairs: 1, failure: null });
    expect(observatory.ledger(id)?.evidence.reading()).toMatchObject({ union: { crossed: false } });
    const next = await restarted(world);
    await next.conductor.look(id);
    expect(await rolloutOf(next, id)).toMatchObject({ outcome: "harm", harm: { metric: "errors" } });
  });

  test("an incident that is under way still holds", async () => {
    const world = new DeliveryWorld();
    const id = await rollOut(world);
    await live(world, id, { pairs: 20, failure: "provider" });
    upToDate(world);
    await world.conductor.look(id);
    expect(await rolloutOf(world, id)).toMatchObject({ holds: ["provider_fault"] });
    const next = await restarted(world);
    upToDate(next);
    await next.conductor.look(id);
    expect(await rolloutOf(next, id)).toMatchObject({ holds: ["provider_fault"], harm: null });
  });
});

describe("a replica that has just begun to lead", () => {
  test("does not stop a candidate for failures of its provider before it has looked at the rollout", async () => {
    const world = new DeliveryWorld();
    const id = await rollOut(world);
    await live(world, id, { pairs: 20, failure: "provider" });
    const { clock, delivery } = new DeliveryWorld(undefined, world.stores);
    const replicas = new Replicas({
      replicaId: "rep_next",
      board: createMemoryReplicaBoard(clock),
      routes: delivery.routes,
      clock,
    });
    const rollout = await rolloutOf(world, id);
    delivery.observatory.watch(rollout);
    const crossings: string[] = [];
    delivery.observatory.onCrossing((crossed) => void crossings.push(crossed));
    await gatherEvidence({ ...delivery, replicas }, rollout);
    const ledger = delivery.observatory.ledger(id);
    delivery.observatory.judgeTogether(id);
    expect(ledger?.reading()).toMatchObject({ sessions: { candidate: 20 }, union: { crossed: true } });
    expect([crossings, ledger?.harm.hasCrossedTogether()]).toEqual([[], false]);
  });
});

describe("a replay", () => {
  test("finds harm of the release itself beside failures of its provider the same", async () => {
    const world = new DeliveryWorld();
    const id = await rollOut(world);
    await live(world, id, { pairs: 8, failure: "provider", every: 4 });
    await live(world, id, { pairs: 20, failure: "bad_answer" });
    await world.conductor.look(id);
    expect(await rolloutOf(world, id)).toMatchObject({ outcome: "harm" });
    const events = await readLog(world.delivery, id);
    const { decisions } = await replayRollout({ events, journal: world.delivery.journal, engine: "this one" });
    const found = decisions.find(({ facts }) => facts.includes("HarmCrossed"));
    expect(found).toMatchObject({ result: "same" });
  });
});
