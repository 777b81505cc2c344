import { describe, expect, test } from "vitest";
import { DeliveryWorld } from "../../test/fixtures/delivery-world.ts";
import { releaseOf, uniqueName } from "../../test/contracts/store-samples.ts";
import { openedRollout, PLAN } from "../../test/fixtures/rollout-samples.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import { tellProvidersApart } from "./observe-gates.ts";

/** A rollout from a release at one provider to one at another. */
async function rolloutBetween(world: DeliveryWorld, from: string, to: string): Promise<Rollout> {
  const keep = async (provider: string): Promise<string> => {
    const sample = releaseOf("bot", uniqueName("digest"));
    const models = [{ provider, model: "m" }];
    const { release } = await world.delivery.releases.freeze({ ...sample, content: { ...sample.content, models } });
    return release.id;
  };
  const plan = { ...PLAN, providerFault: "hold" } as const;
  return { ...openedRollout(plan), stable: await keep(from), candidate: await keep(to) };
}

describe("failures of providers", () => {
  test("are told apart where the arms ask different ones first, and only there", async () => {
    const world = new DeliveryWorld();
    for (const [from, to, isApart] of [
      ["openai", "anthropic", true],
      ["openai", "openai", false],
    ] as const) {
      const rollout = { ...(await rolloutBetween(world, from, to)), id: `rol_${to}` };
      const ledger = world.delivery.observatory.watch(rollout);
      await tellProvidersApart(world.delivery, rollout, ledger);
      expect(ledger.harm.isApart).toBe(isApart);
    }
  });

  test("count as the release's own where the plan says so, and in plans that say nothing", async () => {
    const world = new DeliveryWorld();
    const rollout = await rolloutBetween(world, "openai", "anthropic");
    for (const plan of [PLAN, { ...PLAN, providerFault: "count" as const }]) {
      const one = { ...rollout, id: `rol_${plan.providerFault}`, plan };
      const ledger = world.delivery.observatory.watch(one);
      await tellProvidersApart(world.delivery, one, ledger);
      expect(ledger.harm.isApart).toBe(false);
    }
  });
});
