import { expect, test } from "vitest";
import { ADA, DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { Conductor } from "./conductor.ts";
import { rollBack } from "./roll-back.ts";

const WISH = { endpoint: "bot", environment: "production", actor: ADA, reason: "Users complain." };

test("a rollback that is given again while sessions leave is fulfilled, and opens nothing", async () => {
  const world = new DeliveryWorld();
  const sessions = { onPromotion: "keep", onRollback: "finish" } as const;
  const id = await world.rollOut("bot", { sessions, drainMs: 600_000 });
  await world.conductor.look(id);
  const first = await rollBack(world.delivery, WISH);
  await world.conductor.look(id);
  expect(await world.stores.rollouts.byId(id)).toMatchObject({ phase: "rolling_back" });
  const again = await rollBack(world.delivery, WISH);
  expect([first.rollout.id, again.rollout.id, again.stable]).toEqual([id, id, first.stable]);
  expect(await world.stores.rollouts.list({ endpoint: "bot", limit: 10 })).toHaveLength(1);
});

test("proven harm is written down also where gates and freezes cannot be read", async () => {
  const world = new DeliveryWorld();
  const half = { weight: 0.5, minDurationMs: 3_600_000, minSessions: 0, approval: false };
  const id = await world.rollOut("bot", { steps: [half, { ...half, weight: 1 }] });
  const { delivery } = world;
  if (delivery.gating === null) throw new Error("There are gates.");
  const freezes = {
    ...delivery.gating.freezes,
    list: () => Promise.reject(new Error("A freeze that nobody can read.")),
  };
  const conductor = new Conductor({ ...delivery, gating: { ...delivery.gating, freezes } });
  await conductor.look(id);
  expect(world.announced.filter((told) => told.startsWith("troubled"))).toHaveLength(1);
  for (let index = 0; index < 40; index += 1) {
    const arm = index % 2 === 0 ? "stable" : "candidate";
    const unit = { rolloutId: id, session: `s${index}` };
    delivery.observatory.assigned({ ...unit, arm, epoch: 1, weight: 0.5 });
    const failure = arm === "candidate" ? "bad_answer" : null;
    delivery.observatory.turnEnded({ ...unit, failure, latencyMs: 100, firstTokenMs: null, costPico: 1_000n });
  }
  await conductor.look(id);
  await settled();
  expect(await world.stores.rollouts.byId(id)).toMatchObject({ outcome: "harm" });
});
