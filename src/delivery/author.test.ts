import { describe, expect, test } from "vitest";
import { releaseOf } from "../../test/contracts/store-samples.ts";
import { ADA, DeliveryWorld } from "../../test/fixtures/delivery-world.ts";
import { PLAN } from "../../test/fixtures/rollout-samples.ts";
import type { Command } from "../domain/rollout/command.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import { author } from "./author.ts";
import type { AuthorResult } from "./author.ts";
import { command } from "./command.ts";
import { rollBack } from "./roll-back.ts";

interface Wish {
  readonly again?: boolean;
  readonly environment?: string;
  readonly plan?: Partial<RolloutPlan>;
}

/** Applies a content, told by its temperature. */
function apply({ delivery }: DeliveryWorld, temperature: number, wish: Wish = {}): Promise<AuthorResult> {
  const { plan = {}, environment = "production", ...rest } = wish;
  const { content } = releaseOf("bot", "", { temperature });
  return author(delivery, { environment, content, plan: { ...PLAN, ...plan }, actor: ADA, author: "Ada", ...rest });
}

const idOf = ({ rolloutId }: AuthorResult): string => {
  if (rolloutId === null) throw new Error("No rollout was opened.");
  return rolloutId;
};

const tell = ({ delivery }: DeliveryWorld, id: string, type: Exclude<Command["type"], "supersede">) =>
  command(delivery, id, { command: { type }, actor: ADA, reason: "Answers look wrong.", idempotencyKey: null });

const look = async ({ conductor, clock }: DeliveryWorld, id: string): Promise<void> => {
  await conductor.look(id);
  clock.advance(1_000);
  await conductor.look(id);
};

const ROLLBACK = { endpoint: "bot", environment: "production", actor: ADA, reason: "Users complain." };

/** bot@1 serves; a rollout of bot@2 has begun. */
async function begun(plan: Partial<RolloutPlan> = {}): Promise<{ readonly world: DeliveryWorld; readonly id: string }> {
  const world = new DeliveryWorld();
  await apply(world, 0.1);
  const id = idOf(await apply(world, 0.2, { plan }));
  await look(world, id);
  return { world, id };
}

const phaseOf = async ({ stores }: DeliveryWorld, id: string) => (await stores.rollouts.byId(id))?.phase;
const count = async ({ stores }: DeliveryWorld) => (await stores.rollouts.list({ endpoint: "bot", limit: 100 })).length;

describe("content whose release went back", () => {
  test.each([
    ["rollback", "rolled_back"],
    ["abort", "aborted"],
  ] as const)("by a person's %s is held back, however often it is applied", async (type, how) => {
    const { world, id } = await begun();
    await tell(world, id, type);
    await look(world, id);
    expect(await phaseOf(world, id)).toBe(how);
    for (let time = 0; time < 3; time += 1) {
      expect(await apply(world, 0.2)).toMatchObject({
        outcome: "held_back",
        rolloutId: null,
        heldBack: { rolloutId: id, how, by: "Ada", why: "Answers look wrong." },
      });
    }
    expect([await count(world), world.served("bot")]).toEqual([1, { stable: 1, weight: null }]);
  });

  test("is held back while it is being withdrawn, and goes out again after that where somebody says so", async () => {
    const sessions = { onPromotion: "keep", onRollback: "finish" } as const;
    const { world, id } = await begun({ sessions, drainMs: 600_000 });
    await tell(world, id, "rollback");
    await look(world, id);
    expect(await phaseOf(world, id)).toBe("rolling_back");
    expect(await apply(world, 0.2)).toMatchObject({ outcome: "held_back", heldBack: { rolloutId: id } });
    const again = await apply(world, 0.2, { again: true });
    expect(again).toMatchObject({ outcome: "queued" });
    // Said twice it is still one rollout.
    expect(await apply(world, 0.2, { again: true })).toMatchObject({ outcome: "unchanged", rolloutId: idOf(again) });
    expect(await apply(world, 0.2)).toMatchObject({ outcome: "unchanged", rolloutId: idOf(again) });
  });

  test("goes out again where somebody says so, and is held back again when that goes back too", async () => {
    const { world, id } = await begun();
    await tell(world, id, "rollback");
    await look(world, id);
    const again = await apply(world, 0.2, { again: true });
    expect(again.outcome).toBe("rollout");
    const [created] = await world.stores.rollouts.events(idOf(again), 0, 1);
    expect(created?.reason).toBe("bot@2 was applied again.");
    await look(world, idOf(again));
    expect((await apply(world, 0.2)).outcome).toBe("unchanged");
    await tell(world, idOf(again), "abort");
    await look(world, idOf(again));
    expect(await apply(world, 0.2)).toMatchObject({ outcome: "held_back", heldBack: { how: "aborted" } });
  });

  test("is held back after a return from its promotion, and other content is not", async () => {
    const { world, id } = await begun({ drainMs: 1 });
    await tell(world, id, "promote");
    await look(world, id);
    await look(world, id);
    expect(world.served("bot").stable).toBe(2);
    const { rollout } = await rollBack(world.delivery, { ...ROLLBACK, again: true });
    await look(world, rollout.id);
    expect(await apply(world, 0.2)).toMatchObject({
      outcome: "held_back",
      heldBack: { rolloutId: rollout.id, how: "rolled_back", why: "Users complain." },
    });
    expect((await apply(world, 0.3)).outcome).toBe("rollout");
  });

  test("is held back in its own environment alone, and on every server of the database", async () => {
    const { world, id } = await begun();
    await tell(world, id, "rollback");
    await look(world, id);
    const other = new DeliveryWorld(undefined, world.stores);
    expect((await apply(other, 0.2)).outcome).toBe("held_back");
    await apply(world, 0.1, { environment: "staging" });
    expect((await apply(world, 0.2, { environment: "staging" })).outcome).toBe("rollout");
  });

  test("is not noted as applied where it is left out", async () => {
    const { world, id } = await begun();
    await tell(world, id, "rollback");
    await look(world, id);
    const { release } = await apply(world, 0.2);
    expect(await world.stores.versions.origins(release.id)).toHaveLength(1);
  });
});

describe("content that did not go back", () => {
  test("goes out again after a newer release superseded it", async () => {
    const { world, id } = await begun({ onNewRelease: "supersede" });
    const newer = await apply(world, 0.3, { plan: { onNewRelease: "supersede" } });
    expect([newer.outcome, await phaseOf(world, id)]).toEqual(["rollout", "superseded"]);
    expect((await apply(world, 0.2)).outcome).toBe("rollout");
  });

  test("goes out again after it was cancelled before it started", async () => {
    const world = new DeliveryWorld();
    await apply(world, 0.1);
    const id = idOf(await apply(world, 0.2));
    await tell(world, id, "cancel");
    expect(await phaseOf(world, id)).toBe("cancelled");
    expect((await apply(world, 0.2)).outcome).toBe("rollout");
  });
});

describe("the stable release, applied while another one goes out", () => {
  test("ends that rollout and opens none", async () => {
    const { world, id } = await begun({ onNewRelease: "supersede" });
    expect(await apply(world, 0.1)).toMatchObject({ outcome: "back", rolloutId: null, ended: [{ id }] });
    expect([await phaseOf(world, id), await count(world)]).toEqual(["superseded", 1]);
    expect(world.served("bot")).toEqual({ stable: 1, weight: null });
    expect((await apply(world, 0.1)).outcome).toBe("unchanged");
  });

  test("waits for a rollout that makes no way", async () => {
    const { world, id } = await begun({ onNewRelease: "queue" });
    expect(await apply(world, 0.1)).toMatchObject({ outcome: "queued" });
    expect(await phaseOf(world, id)).toBe("ramping");
  });

  test("changes nothing where that one is being withdrawn", async () => {
    const sessions = { onPromotion: "keep", onRollback: "finish" } as const;
    const { world, id } = await begun({ sessions, drainMs: 600_000 });
    await tell(world, id, "rollback");
    await look(world, id);
    expect(await apply(world, 0.1)).toMatchObject({ outcome: "unchanged", rolloutId: null });
    expect(await count(world)).toBe(1);
  });
});
