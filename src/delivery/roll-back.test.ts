import { expect, test } from "vitest";
import { ADA, DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { command } from "./command.ts";
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

/** bot@2 is promoted from bot@1, and bot@3 has been rolled back by Ada. */
async function leftByAda(): Promise<DeliveryWorld> {
  const world = new DeliveryWorld();
  const first = await world.rollOut("bot", { onNewRelease: "queue", drainMs: 1 });
  await command(world.delivery, first, {
    command: { type: "promote" },
    actor: ADA,
    reason: "Go.",
    idempotencyKey: null,
  });
  await world.conductor.look(first);
  world.clock.advance(1_000);
  await world.conductor.look(first);
  const { rolloutId } = await world.apply("bot");
  await world.conductor.look(rolloutId ?? "");
  world.clock.advance(1_000);
  await rollBack(world.delivery, WISH);
  await world.conductor.look(rolloutId ?? "");
  expect(await world.stores.rollouts.byId(rolloutId ?? "")).toMatchObject({ phase: "rolled_back", outcome: "command" });
  return world;
}

test("a rollback right after somebody's moves nothing before that is said, and says whose it was", async () => {
  const world = await leftByAda();
  world.clock.advance(60_000);
  const refused = rollBack(world.delivery, WISH);
  await expect(refused).rejects.toMatchObject({ code: "already_rolled_back" });
  await expect(refused).rejects.toThrow(/^bot@3 was rolled back by Ada .* ago, and bot is served by bot@2\./);
  expect(world.served("bot").stable).toBe(2);
  await rollBack(world.delivery, { ...WISH, again: true });
  expect(world.served("bot").stable).toBe(1);
});

test("a return is heard of as well, and an hour later nobody is asked", async () => {
  const world = await leftByAda();
  const { rollout } = await rollBack(world.delivery, { ...WISH, again: true });
  await world.conductor.look(rollout.id);
  // There is nothing further back, so that nobody is asked to say `again`.
  const nothing = rollBack(world.delivery, WISH);
  await expect(nothing).rejects.toThrow(
    /^bot@2 was rolled back by Ada .* ago, and bot is served by bot@1\. There is no promotion before it/,
  );
  await expect(nothing).rejects.toMatchObject({ code: "rollout_conflict" });
  world.clock.advance(61 * 60_000);
  await expect(rollBack(world.delivery, WISH)).rejects.toMatchObject({ code: "rollout_conflict" });
});

test("a promotion since then is what a rollback means: nobody is asked", async () => {
  const world = await leftByAda();
  const { rolloutId } = await world.apply("bot", { drainMs: 1 });
  await world.conductor.look(rolloutId ?? "");
  const promote = { command: { type: "promote" }, actor: ADA, reason: "Go.", idempotencyKey: null } as const;
  await command(world.delivery, rolloutId ?? "", promote);
  await world.conductor.look(rolloutId ?? "");
  world.clock.advance(1_000);
  await world.conductor.look(rolloutId ?? "");
  expect(world.served("bot").stable).toBe(4);
  await rollBack(world.delivery, WISH);
  expect(world.served("bot").stable).toBe(2);
});
