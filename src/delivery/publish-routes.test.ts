import { describe, expect, test } from "vitest";
import { DeliveryWorld } from "../../test/fixtures/delivery-world.ts";
import type { Delivery } from "./delivery.ts";
import { publishMissed } from "./publish-routes.ts";

/** What a second process sees that has published what the first one had published until then. */
async function follow(world: DeliveryWorld): Promise<DeliveryWorld> {
  const other = new DeliveryWorld(undefined, world.stores);
  await publishMissed(other.delivery);
  return other;
}

async function rollOutNext(world: DeliveryWorld): Promise<void> {
  const { rolloutId } = await world.apply("bot");
  await world.conductor.look(rolloutId ?? "none");
}

/** A delivery of which some releases cannot be served, by their numbers. */
const lacking = (world: DeliveryWorld, ...numbers: readonly number[]): Delivery => ({
  ...world.delivery,
  isResolvable: ({ number }) => !numbers.includes(number),
});

describe("publishing what another replica decided", () => {
  test("sends nobody to a candidate whose models are not configured here, and lets the others know", async () => {
    const world = new DeliveryWorld();
    await world.apply("bot");
    const other = await follow(world);
    const before = other.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })?.epoch;
    await rollOutNext(world);
    expect(await publishMissed(lacking(other, 2))).toEqual([
      "bot@2 needs models that are not configured on this server.",
    ]);
    expect(other.served("bot")).toEqual({ stable: 1, weight: 0 });
    expect(other.delivery.routes.byChannel({ endpoint: "bot", environment: "production" })?.epoch).toBe(before);
    expect(await publishMissed(other.delivery)).toEqual([]);
    expect(other.served("bot")).toEqual(world.served("bot"));
    expect(other.served("bot").weight).toBeGreaterThan(0);
  });

  test("keeps what it serves when the stable release itself cannot be served here", async () => {
    const world = new DeliveryWorld();
    await world.apply("bot");
    const other = await follow(world);
    await rollOutNext(world);
    await publishMissed(lacking(other, 1));
    expect(other.served("bot")).toEqual({ stable: 1, weight: null });
  });

  test("serves what there is when it has nothing older", async () => {
    const world = new DeliveryWorld();
    await world.apply("bot");
    const other = new DeliveryWorld(undefined, world.stores);
    expect(await publishMissed(lacking(other, 1))).toEqual([]);
    expect(other.served("bot").stable).toBe(1);
  });
});
