import { expect, test } from "vitest";
import { openMemoryStores } from "../../src/adapters/stores/memory/open-memory-stores.ts";
import { author } from "../../src/delivery/author.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import { plug } from "../../src/main/plug.ts";
import type { ReleaseStore } from "../../src/ports/release-store.ts";
import { releaseOf } from "../contracts/store-samples.ts";
import { PLAN } from "../fixtures/rollout-samples.ts";
import { until } from "../fixtures/recording-sink.ts";

test("a durable decision that could not be published is published as soon as the store answers again", async () => {
  let isAway = false;
  const stores = openMemoryStores();
  const releases: ReleaseStore = {
    ...stores.releases,
    byId: async (id) => {
      if (isAway) throw new RollwardError("database_unavailable", { reason: "a test took it away" });
      return stores.releases.byId(id);
    },
  };
  const announcer = { decided() {}, troubled() {}, recovered() {} };
  const { delivery, conductor } = plug({ ...stores, releases }, announcer, { environment: {} });
  const { content } = releaseOf("support-bot", "a".repeat(64));
  const actor = { kind: "machine" } as const;
  isAway = true;
  await expect(
    author(delivery, { environment: "production", content, plan: PLAN, actor, author: "Ada" }),
  ).rejects.toThrow("a test took it away");
  expect(delivery.routes.byChannel({ endpoint: "support-bot", environment: "production" })).toBeUndefined();
  isAway = false;
  conductor.start();
  await until(() => delivery.routes.byChannel({ endpoint: "support-bot", environment: "production" }) !== undefined);
  expect(delivery.routes.byChannel({ endpoint: "support-bot", environment: "production" })?.stable.content).toEqual(
    content,
  );
  await conductor.stop();
});
