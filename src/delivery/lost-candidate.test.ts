import { expect, test } from "vitest";
import { DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { Conductor } from "./conductor.ts";

const CHANNEL = { endpoint: "support-bot", environment: "production" };

/** A rollout whose candidate's release can be taken out of the store under its feet. */
async function world() {
  const made = new DeliveryWorld();
  const id = await made.rollOut(CHANNEL.endpoint);
  const candidate = (await made.stores.rollouts.byId(id))?.candidate ?? "";
  let isGone = false;
  const releases = {
    ...made.delivery.releases,
    byId: async (release: string) => (isGone && release === candidate ? null : made.stores.releases.byId(release)),
  };
  const conductor = new Conductor({ ...made.delivery, releases });
  return {
    made,
    id,
    take: (gone: boolean): void => {
      isGone = gone;
    },
    look: async () => {
      await conductor.look(id);
      await settled();
      return made.stores.rollouts.byId(id);
    },
  };
}

test("a rollout whose candidate's release is gone is held with that reason, and goes on when it is back", async () => {
  const { take, look, made } = await world();
  await look();
  take(true);
  expect((await look())?.holds).toEqual(["candidate_missing"]);
  expect(made.announced.filter((told) => told.startsWith("troubled"))).toEqual([]);
  take(false);
  expect((await look())?.holds).toEqual([]);
});

test("routes that are published meanwhile leave it out, and have it again when it is back", async () => {
  const { take, look, made } = await world();
  await look();
  const weight = (): number | undefined => made.delivery.routes.byChannel(CHANNEL)?.split?.weight;
  expect(weight()).toBe(0.01);
  take(true);
  await look();
  expect(weight()).toBeUndefined();
  take(false);
  await look();
  expect(weight()).toBe(0.01);
});
