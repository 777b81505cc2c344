import { describe, expect, test } from "vitest";
import { DeliveryWorld } from "../../test/fixtures/delivery-world.ts";
import { createMemoryReplicaBoard } from "../adapters/stores/memory/memory-replica-board.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";
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
