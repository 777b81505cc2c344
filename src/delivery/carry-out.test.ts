import { describe, expect, test } from "vitest";
import { ADA, DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { hashReading } from "../domain/evidence/running-evidence.ts";
import { replay, verifyLog } from "../domain/rollout/log.ts";
import type { Rollout, RolloutFact } from "../domain/rollout/rollout.ts";
import { rolloutViewOf } from "../http/admin/rollout-view-of.ts";
import { command } from "./command.ts";
import type { Wish } from "./wish.ts";

const HALF = { weight: 0.5, minDurationMs: 3_600_000, minSessions: 0, approval: false };
const STEPS = [HALF, { ...HALF, weight: 1 }];

const wish = (told: Wish["command"]): Wish => ({
  command: told,
  actor: ADA,
  reason: "Users complain.",
  idempotencyKey: null,
});

/** A rollout at half of the sessions, of which each arm has had ten. */
async function compared(): Promise<{ readonly world: DeliveryWorld; readonly id: string }> {
  const world = new DeliveryWorld();
  const id = await world.rollOut("bot", { steps: STEPS, drainMs: 1 });
  for (let index = 0; index < 20; index += 1) {
    const arm = index % 2 === 0 ? "stable" : "candidate";
    const unit = { rolloutId: id, session: `s${index}` };
    world.delivery.observatory.assigned({ ...unit, arm, epoch: 1, weight: 0.5 });
    const failure = index === 1 ? "bad_answer" : null;
    world.delivery.observatory.turnEnded({ ...unit, failure, latencyMs: 100, firstTokenMs: null, costPico: 1_000n });
  }
  world.clock.advance(120_000);
  world.delivery.observatory.expire();
  return { world, id };
}

/** Looks until the rollout has ended. */
async function ended(world: DeliveryWorld, id: string): Promise<Rollout> {
  for (let looks = 0; looks < 5; looks += 1) {
    await world.conductor.look(id);
    await settled();
    world.clock.advance(1_000);
  }
  const rollout = await world.stores.rollouts.byId(id);
  if (rollout === null || rollout.endedAt === null) throw new Error("It has not ended.");
  return rollout;
}

const factsOf = async (world: DeliveryWorld, id: string): Promise<readonly RolloutFact[]> =>
  (await world.stores.rollouts.events(id, 0, 100)).map(({ fact }) => fact);

describe("a rollout that a person ends", () => {
  test.each([
    ["rollback", "RollbackStarted", "rolled_back"],
    ["abort", "AbortStarted", "aborted"],
    ["promote", "PromotionDecided", "completed"],
  ] as const)("by %s keeps the evidence as it stood, in its log and for whoever looks", async (type, fact, phase) => {
    const { world, id } = await compared();
    const seen = world.delivery.observatory.ledger(id)?.reading();
    if (seen === undefined) throw new Error("There is evidence.");
    expect(seen.sessions).toEqual({ stable: 10, candidate: 10 });
    await command(world.delivery, id, wish({ type }));
    const rollout = await ended(world, id);
    expect(rollout).toMatchObject({ phase, reading: seen });
    const facts = await factsOf(world, id);
    const at = facts.findIndex((each) => each.type === fact);
    expect(facts[at - 1]).toMatchObject({ type: "EvidenceSnapshot", reading: seen, evidenceHash: hashReading(seen) });
    const events = await world.stores.rollouts.events(id, 0, 100);
    expect(verifyLog(events)).toEqual({ ok: true });
    expect(replay(events)).toEqual(rollout);
    const view = await rolloutViewOf(world.delivery, rollout);
    expect(view).toMatchObject({ sessions: { stable: 10, candidate: 10 }, union: { log_r: seen.union.logR } });
    expect(view.metrics.find(({ metric }) => metric === "errors")).toMatchObject({ n: { stable: 10, candidate: 10 } });
  });

  test("by a newer release keeps it too", async () => {
    const { world, id } = await compared();
    await command(world.delivery, id, wish({ type: "supersede", by: "rel_newer" }));
    expect(await world.stores.rollouts.byId(id)).toMatchObject({
      phase: "superseded",
      reading: { sessions: { stable: 10, candidate: 10 } },
    });
  });

  test("before it has started has none to keep, and that is 0 sessions", async () => {
    const world = new DeliveryWorld();
    await world.rollOut("bot", { steps: STEPS, onNewRelease: "queue" });
    const { rolloutId } = await world.apply("bot", { onNewRelease: "queue" });
    await command(world.delivery, rolloutId ?? "", wish({ type: "abort" }));
    const rollout = await world.stores.rollouts.byId(rolloutId ?? "");
    if (rollout === null) throw new Error("There is a rollout.");
    expect(rollout).toMatchObject({ phase: "cancelled", reading: null });
    expect(await rolloutViewOf(world.delivery, rollout)).toMatchObject({ sessions: { stable: 0, candidate: 0 } });
  });

  test("and whose evidence was not kept, as before it was, says so and shows no 0", async () => {
    const { world, id } = await compared();
    await command(world.delivery, id, wish({ type: "rollback" }));
    const old = { ...(await ended(world, id)), reading: null };
    expect(await rolloutViewOf(world.delivery, old)).toMatchObject({
      sessions: null,
      metrics: [],
      union: { log_r: null, crossed: false },
      sample_ratio: { log_e: null },
    });
  });
});

test("a command that ends nothing writes no evidence", async () => {
  const { world, id } = await compared();
  const before = (await factsOf(world, id)).length;
  await command(world.delivery, id, wish({ type: "hold" }));
  expect((await factsOf(world, id)).slice(before)).toEqual([{ type: "HoldSet", hold: "manual" }]);
});
