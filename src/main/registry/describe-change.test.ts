import { expect, test } from "vitest";
import { factsOf, releaseOf } from "../../../test/contracts/store-samples.ts";
import type { CallCriteria } from "../../domain/call/call-criteria.ts";
import { describeChange } from "./describe-change.ts";

test("the price rests on answered calls, however many refused ones are newer", async () => {
  const asked: CallCriteria[] = [];
  const refused = factsOf({ outcome: "failed" });
  const list = async (criteria: CallCriteria) => {
    asked.push(criteria);
    return criteria.outcome === "ok" ? [factsOf()] : [refused];
  };
  const delivery = { clock: { now: () => 0 }, rollouts: { channel: async () => null } };
  const project = { environment: "production", pools: new Map(), providers: new Map() };
  const endpoint = { name: "bot", content: releaseOf("bot", "a").content, plan: { strategy: "canary", steps: [] } };
  const { price } = await describeChange(
    { delivery: delivery as never, calls: { list } },
    project as never,
    endpoint as never,
  );
  expect(asked).toHaveLength(1);
  expect(price.calls).toBe(1);
});
