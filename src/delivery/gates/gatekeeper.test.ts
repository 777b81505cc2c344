import { describe, expect, test } from "vitest";
import { ADA, DeliveryWorld, settled } from "../../../test/fixtures/delivery-world.ts";
import { terms } from "../../../test/fixtures/gate-samples.ts";
import type { GatePlan } from "../../domain/rollout/gates/gate-plan.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { command } from "../command.ts";

const HOUR = 3_600_000;

const byId = async ({ delivery }: DeliveryWorld, id: string): Promise<Rollout> => {
  const rollout = await delivery.rollouts.byId(id);
  if (rollout === null) throw new Error(`The rollout ${id} is gone.`);
  return rollout;
};

/** Moves the clock to a moment and has the rollout looked at. */
async function lookAt(world: DeliveryWorld, id: string, at: number): Promise<Rollout> {
  world.clock.advance(at - world.clock.now());
  await world.conductor.look(id);
  return byId(world, id);
}

describe("a schedule", () => {
  test("opens at nine on the wall on both sides of a daylight-saving change", async () => {
    const world = new DeliveryWorld();
    const hours: GatePlan = {
      ...terms("office-hours", "before_start"),
      kind: "schedule",
      zone: "Europe/Berlin",
      windows: [{ type: "weekly", days: [1, 5], from: 9 * 60, until: 17 * 60 }],
    };
    // Clocks go forward on Sunday, 2027-03-28. Friday's window opens at 08:00 UTC, Monday's at 07:00 UTC.
    world.clock.advance(Date.UTC(2027, 2, 26, 16, 30) - world.clock.now());
    const id = await world.rollOut("support-bot", { gates: [hours] });
    const waiting = await byId(world, id);
    expect(waiting).toMatchObject({
      startedAt: null,
      gates: [{ detail: "its window opens Mon 2027-03-29 09:00 Europe/Berlin" }],
    });
    expect((await lookAt(world, id, Date.UTC(2027, 2, 29, 6, 59))).startedAt).toBeNull();
    expect((await lookAt(world, id, Date.UTC(2027, 2, 29, 7))).startedAt).toBe(Date.UTC(2027, 2, 29, 7));
    const friday = new DeliveryWorld();
    friday.clock.advance(Date.UTC(2027, 2, 25, 20) - friday.clock.now());
    const early = await friday.rollOut("support-bot", { gates: [hours] });
    expect((await lookAt(friday, early, Date.UTC(2027, 2, 26, 7, 59))).startedAt).toBeNull();
    expect((await lookAt(friday, early, Date.UTC(2027, 2, 26, 8))).startedAt).toBe(Date.UTC(2027, 2, 26, 8));
  });
});

describe("a dependency", () => {
  const after = (endpoint: string, release: number | null = null): GatePlan => ({
    ...terms(`${endpoint}-first`, "before_start"),
    kind: "depends_on",
    endpoint,
    release,
  });

  test("waits until the other endpoint's newest rollout is promoted, and not for one that failed", async () => {
    const world = new DeliveryWorld();
    const faq = await world.rollOut("faq");
    const id = await world.rollOut("support-bot", { gates: [after("faq")] });
    expect(await byId(world, id)).toMatchObject({
      startedAt: null,
      gates: [{ detail: `the rollout ${faq} of faq has not ended` }],
    });
    await command(world.delivery, faq, {
      command: { type: "rollback" },
      actor: ADA,
      reason: "Bad.",
      idempotencyKey: null,
    });
    await world.conductor.look(faq);
    await world.conductor.look(id);
    expect((await byId(world, id)).startedAt).toBeNull();
    const { rolloutId: again } = await world.apply("faq");
    await world.conductor.look(again ?? "");
    const promote = { command: { type: "promote" }, actor: ADA, reason: "Good.", idempotencyKey: null } as const;
    await command(world.delivery, again ?? "", promote);
    world.clock.advance(HOUR);
    for (let looks = 0; looks < 100; looks += 1) {
      world.clock.advance(1_000);
      await world.conductor.look(again ?? "");
    }
    await settled();
    await world.conductor.look(id);
    expect((await byId(world, id)).phase).toBe("ramping");
  });

  test("on a release waits until it is stable there, or a later one", async () => {
    const world = new DeliveryWorld();
    await world.apply("faq");
    const id = await world.rollOut("support-bot", { gates: [after("faq", 2)] });
    expect(await byId(world, id)).toMatchObject({ gates: [{ detail: "faq@2 is not stable yet, faq@1 is" }] });
    const first = new DeliveryWorld();
    await first.apply("faq");
    const open = await first.rollOut("support-bot", { gates: [after("faq", 1)] });
    expect((await byId(first, open)).phase).toBe("ramping");
    const nowhere = await first.rollOut("other", { gates: [after("nobody")] });
    expect(await byId(first, nowhere)).toMatchObject({
      startedAt: null,
      gates: [{ detail: "nobody has no release in production yet" }],
    });
  });
});

describe("a freeze", () => {
  const FREEZE = { id: "frz_1", reason: "Sale.", by: "Ada", until: null, lifted: null } as const;

  test("holds at the next look and lets go by itself when it ends", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("support-bot");
    const at = world.clock.now();
    const subject = { type: "endpoint", endpoint: "support-bot", environment: "production" } as const;
    await world.delivery.gating?.freezes.open({ ...FREEZE, at, subject, until: at + HOUR });
    expect((await lookAt(world, id, at + 1)).holds).toContain("freeze");
    expect((await lookAt(world, id, at + HOUR)).holds).not.toContain("freeze");
  });

  test("of another environment or endpoint is none", async () => {
    const world = new DeliveryWorld();
    const id = await world.rollOut("support-bot");
    const at = world.clock.now();
    const freezes = world.delivery.gating?.freezes;
    await freezes?.open({ ...FREEZE, at, subject: { type: "environment", environment: "staging" } });
    await freezes?.open({
      ...FREEZE,
      id: "frz_2",
      at,
      subject: { type: "endpoint", endpoint: "faq", environment: "production" },
    });
    expect((await lookAt(world, id, at + 1)).holds).toEqual([]);
  });
});
