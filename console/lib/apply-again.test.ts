import { expect, test } from "vitest";
import { applyAgain } from "./apply-again.ts";

test("a rollout is begun again in its environment, and none of another endpoint", () => {
  expect(applyAgain("bot", null)).toBe("rollward apply --again --endpoint bot");
  expect(applyAgain("bot", "staging")).toBe("rollward apply --environment staging --again --endpoint bot");
});
