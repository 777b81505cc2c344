import { describe, expect, test } from "vitest";
import { command } from "../../src/delivery/command.ts";
import { openRollout } from "../../src/delivery/open-rollout.ts";
import { restore } from "../../src/delivery/restore.ts";
import { rollBack } from "../../src/delivery/roll-back.ts";
import { ADA, DeliveryWorld, MemoryNotes, settled } from "../fixtures/delivery-world.ts";
import { PLAN } from "../fixtures/rollout-samples.ts";

const wish = (type: "abort" | "rollback" | "hold" | "promote", idempotencyKey: string | null = null) =>
  ({ command: { type }, actor: ADA, reason: "Users complain.", idempotencyKey }) as const;

describe("a person's withdrawal", () => {
  test.each(["failing", "hanging"] as const)(
    "is in force at once while the store is %s, and says what is missing",
    async (mood) => {
      const world = new DeliveryWorld();
      const id = await world.rollOut("bot");
      expect(world.served("bot")).toEqual({ stable: 1, weight: 0.01 });
      world.mood = mood;
      const told = command(world.delivery, id, wish("abort"));
      expect(world.served("bot")).toEqual({ stable: 1, weight: 0 });
      const failure = told.then(
        () => null,
        (error: unknown) => error,
      );
      await settled();
      world.clock.advance(5_000);
      expect(await failure).toMatchObject({ code: "withdrawal_unrecorded" });
      await expect(told).rejects.toThrow(/bot: the candidate gets no more calls .* the abort is not recorded yet/);
    },
  );

  test("is written as soon as the store answers again, before the machine decides anything, and told once", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    world.mood = "failing";
    await expect(command(world.delivery, id, wish("rollback"))).rejects.toThrow("not recorded yet");
    for (let look = 0; look < 3; look += 1) await world.conductor.look(id);
    expect(world.served("bot").weight).toBe(0);
    const troubles = world.announced.filter((each) => each.includes("recording the rollback"));
    expect(troubles).toEqual([`troubled: recording the rollback of the rollout ${id} by Ada, which is in force here`]);
    world.mood = "well";
    world.announced.length = 0;
    await world.conductor.look(id);
    expect(world.announced.slice(0, 2)).toEqual(["EvidenceSnapshot", "RollbackStarted"]);
    expect(world.announced).toContain(
      `recovered: recording the rollback of the rollout ${id} by Ada, which is in force here`,
    );
    const rollout = await world.delivery.rollouts.byId(id);
    expect(rollout).toMatchObject({ phase: "rolled_back", told: [{ telling: "rollback", by: "Ada" }] });
    expect(world.delivery.owed.rollouts()).toEqual([]);
    expect(world.served("bot")).toEqual({ stable: 1, weight: null });
  });

  test("is tried once more when the process stops in good order", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    world.mood = "failing";
    await expect(command(world.delivery, id, wish("abort"))).rejects.toThrow("not recorded yet");
    world.mood = "well";
    await world.conductor.stop();
    expect(await world.delivery.rollouts.byId(id)).toMatchObject({ phase: "aborting" });
  });

  test("that could not be recorded before a crash is in force and recorded after it", async () => {
    const notes = new MemoryNotes();
    const world = new DeliveryWorld(notes);
    const id = await world.rollOut("bot");
    world.mood = "failing";
    await expect(command(world.delivery, id, wish("rollback"))).rejects.toThrow("not recorded yet");
    const next = new DeliveryWorld(notes, world.stores);
    await restore(next.delivery);
    expect(next.served("bot")).toEqual({ stable: 1, weight: 0 });
    await next.conductor.look(id);
    expect(await next.delivery.rollouts.byId(id)).toMatchObject({
      phase: "rolled_back",
      told: [{ telling: "rollback", by: "Ada", reason: "Users complain." }],
    });
    expect(notes.read()).toEqual([]);
  });

  test("goes on when it cannot be noted either, and says so", async () => {
    const notes = new MemoryNotes();
    const world = new DeliveryWorld(notes);
    const id = await world.rollOut("bot");
    notes.isFull = true;
    expect(await command(world.delivery, id, wish("abort"))).toMatchObject({ phase: "aborting" });
    expect(world.announced).toContain("troubled: noting a withdrawal beside the database");
  });

  test("of an endpoint needs no store to find what to withdraw, also after the pointer has moved", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    await command(world.delivery, id, wish("promote"));
    await world.conductor.look(id);
    expect(world.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })).toMatchObject({
      stable: { number: 2 },
      draining: { rolloutId: id },
    });
    world.mood = "failing";
    const told = rollBack(world.delivery, {
      endpoint: "bot",
      environment: "production",
      actor: ADA,
      reason: "Users complain.",
    });
    expect(world.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })).toMatchObject({
      stable: { number: 1 },
      draining: null,
    });
    await expect(told).rejects.toMatchObject({ code: "withdrawal_unrecorded" });
    world.mood = "well";
    await world.conductor.look(id);
    expect(await world.delivery.rollouts.channels()).toMatchObject([
      { stable: world.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })?.stable.id },
    ]);
    expect(world.served("bot").stable).toBe(1);
  });

  test("of a rollout that is not served stops nothing by mistake", async () => {
    const world = new DeliveryWorld();
    await world.apply("bot");
    const { rolloutId } = await world.apply("bot");
    const told = command(world.delivery, rolloutId ?? "", wish("rollback"));
    await expect(told).rejects.toMatchObject({ code: "rollout_conflict" });
    await world.conductor.look(rolloutId ?? "");
    expect(world.served("bot").weight).toBe(0.01);
  });
});

describe("a command with an idempotency key", () => {
  test("gets its first answer again after the rollout has ended", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    const first = await command(world.delivery, id, wish("hold", "k-1"));
    world.clock.advance(1);
    await command(world.delivery, id, wish("abort", "k-2"));
    await world.conductor.look(id);
    expect(await world.delivery.rollouts.byId(id)).toMatchObject({ phase: "aborted" });
    expect(await command(world.delivery, id, wish("hold", "k-1"))).toEqual(first);
    await expect(command(world.delivery, id, wish("hold", "k-3"))).rejects.toMatchObject({ code: "rollout_conflict" });
    await expect(command(world.delivery, id, wish("hold"))).rejects.toMatchObject({ code: "rollout_conflict" });
  });

  test("that was used for something else does not keep a withdrawal from being recorded", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    await command(world.delivery, id, wish("hold", "k-1"));
    expect(await command(world.delivery, id, wish("abort", "k-1"))).toMatchObject({ phase: "aborting" });
  });
});

describe("a newer release", () => {
  test("makes nothing yield when one of the open rollouts rejects it", async () => {
    const world = new DeliveryWorld();
    const first = await world.rollOut("bot", { onNewRelease: "queue" });
    const { rolloutId: rejecting } = await world.apply("bot", { onNewRelease: "reject" });
    const open = async () => (await world.delivery.rollouts.list({ open: true, limit: 9 })).map(({ id }) => id);
    expect(await open()).toEqual([rejecting, first]);
    await expect(world.apply("bot")).rejects.toThrow(`${rejecting} is under way and its policy rejects`);
    expect(await open()).toEqual([rejecting, first]);
  });

  test("supersedes nobody before it is known that nobody rejects it", async () => {
    const world = new DeliveryWorld();
    const rejecting = await world.rollOut("bot", { onNewRelease: "reject" });
    const plan = { ...PLAN, onNewRelease: "supersede" } as const;
    // Opened behind the policy's back, as two processes may do at the same moment.
    const channel = await world.delivery.rollouts.channel({ endpoint: "bot", environment: "production" });
    if (channel === null) throw new Error("No channel.");
    const release = { id: "rel_other" };
    const yielding = await openRollout(world.delivery, {
      channel,
      release,
      plan,
      actor: ADA,
      reason: "-",
      queued: true,
    });
    await expect(world.apply("bot")).rejects.toMatchObject({ code: "rollout_conflict" });
    expect(await world.delivery.rollouts.byId(yielding.id)).toMatchObject({ phase: "pending" });
    expect(await world.delivery.rollouts.byId(rejecting)).toMatchObject({ phase: "ramping" });
  });

  test("waits for a rollout that is promoted at the very moment in which it should make way", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot", { onNewRelease: "supersede" });
    world.before = () => command(world.delivery, id, wish("promote"));
    const applied = await world.apply("bot");
    expect(applied).toMatchObject({ outcome: "queued", waitsUntil: `the promotion by ${id} is complete` });
    expect(await world.delivery.rollouts.byId(id)).toMatchObject({ phase: "promoting" });
  });

  test("is told what it waits for", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot", { onNewRelease: "queue", drainMs: 90_000 });
    expect((await world.apply("bot")).waitsUntil).toBe(`the rollout ${id}, at 1 % now, has ended`);
    await command(world.delivery, id, wish("promote"));
    await world.conductor.look(id);
    const drained = `sessions that began before the promotion by ${id} have run out, about 90 s from now`;
    expect((await world.apply("bot")).waitsUntil).toBe(drained);
  });

  test("need not wait for a return to the release before: nobody stays on what is left", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot", { onNewRelease: "reject", drainMs: 1 });
    await command(world.delivery, id, wish("promote"));
    await world.conductor.look(id);
    world.clock.advance(1_000);
    await world.conductor.look(id);
    expect(await world.delivery.rollouts.byId(id)).toMatchObject({ phase: "completed" });
    const { rollout } = await rollBack(world.delivery, {
      endpoint: "bot",
      environment: "production",
      actor: ADA,
      reason: "Users complain.",
    });
    expect(world.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })).toMatchObject({
      stable: { number: 1 },
      draining: null,
    });
    await world.conductor.look(rollout.id);
    expect(await world.delivery.rollouts.byId(rollout.id)).toMatchObject({ phase: "completed" });
    expect(await world.apply("bot")).toMatchObject({ outcome: "rollout", waitsUntil: null });
  });
});

describe("a look that hangs", () => {
  test("does not keep others from being looked at while routes cannot be published either", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("bot");
    world.conductor.start();
    world.hangsFor = "channels";
    const before = (await world.delivery.rollouts.byId(id))?.seq ?? 0;
    for (let tick = 0; tick < 10; tick += 1) {
      world.clock.advance(250);
      await settled();
    }
    expect((await world.delivery.rollouts.byId(id))?.seq).toBeGreaterThan(before);
    world.clock.advance(10_000);
    await settled();
    expect(world.announced.filter((each) => each.startsWith("troubled"))).toEqual(["troubled: publishing routes"]);
    await world.conductor.stop();
  });

  test("delays only its own rollout, is told once, and is tried again after its deadline", async () => {
    const world = new DeliveryWorld();
    const hung = await world.rollOut("hung");
    const lively = await world.rollOut("lively");
    world.conductor.start();
    world.hangsFor = hung;
    const before = (await world.delivery.rollouts.byId(lively))?.seq ?? 0;
    for (let tick = 0; tick < 45; tick += 1) {
      world.clock.advance(250);
      await settled();
    }
    expect((await world.delivery.rollouts.byId(lively))?.seq).toBeGreaterThan(before);
    const troubles = world.announced.filter((each) => each.startsWith("troubled"));
    expect(troubles).toEqual([`troubled: looking at the rollout ${hung}`]);
    world.hangsFor = null;
    for (let tick = 0; tick < 45; tick += 1) {
      world.clock.advance(250);
      await settled();
    }
    expect(world.announced).toContain(`recovered: looking at the rollout ${hung}`);
    await world.conductor.stop();
  });
});
