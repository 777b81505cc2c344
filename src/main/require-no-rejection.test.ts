import { expect, test } from "vitest";
import { ADA, DeliveryWorld } from "../../test/fixtures/delivery-world.ts";
import type { Project } from "../config/project.ts";
import { command } from "../delivery/command.ts";
import { requireNoRejection } from "./require-no-rejection.ts";

test("a rollout that rejects newer releases rejects its own once it is being withdrawn, but not the stable one then", async () => {
  const world = new DeliveryWorld();
  const { delivery } = world;
  const id = await world.rollOut("bot", { onNewRelease: "reject" });
  const rollout = await delivery.rollouts.byId(id);
  const applied = async (release: string | undefined): Promise<void> => {
    const content = (await delivery.releases.byId(release ?? ""))?.content;
    const endpoints = new Map([["bot", { name: "bot", content }]]);
    await requireNoRejection(delivery, { environment: "production", endpoints } as unknown as Project, []);
  };
  await applied(rollout?.candidate);
  await expect(applied(rollout?.stable)).rejects.toMatchObject({ code: "rollout_conflict" });
  const wish = {
    command: { type: "rollback" },
    actor: ADA,
    reason: "Answers look wrong.",
    idempotencyKey: null,
  } as const;
  await command(delivery, id, wish);
  expect(await delivery.rollouts.byId(id)).toMatchObject({ phase: "rolling_back" });
  await applied(rollout?.stable);
  await expect(applied(rollout?.candidate)).rejects.toMatchObject({ code: "rollout_conflict" });
});
