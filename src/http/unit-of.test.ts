import { expect, test } from "vitest";
import { factsOf } from "../../test/contracts/store-samples.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import { unitOf } from "./unit-of.ts";

test("a call of a rollout is of its session, and a copy or a replay of a call is nobody's", () => {
  const call = factsOf({ rolloutId: "rol_1" });
  expect(unitOf(call)).toEqual(expect.any(String));
  expect(unitOf({ ...call, arm: "shadow" })).toBeNull();
  expect(unitOf({ ...call, backtest: {} as NonNullable<CallFacts["backtest"]> })).toBeNull();
  expect(unitOf({ ...call, rolloutId: null })).toBeNull();
});
