import { expect, test } from "vitest";
import { outcomeText } from "./call-text.ts";

test.each([
  [{ outcome: "ok", error: null, status: 200 }, "ok"],
  [{ outcome: "failed", error: "provider_error", status: 502 }, "failed: provider_error"],
  [{ outcome: "failed", error: "provider_cut", status: 200 }, "failed midway: provider_cut"],
  [{ outcome: "abandoned", error: null, status: 499 }, "abandoned"],
] as const)("%j reads %j", (call, words) => {
  expect(outcomeText(call)).toBe(words);
});
