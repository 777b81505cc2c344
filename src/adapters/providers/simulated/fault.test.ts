import { expect, test } from "vitest";
import { FAULTS, drawFault, faultInModel, faultInText } from "./fault.ts";
import { Randomness } from "./randomness.ts";

test.each(FAULTS)("%s can be asked for by message and by model", (fault) => {
  const dashed = fault.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(faultInText(`simulate: ${dashed}`)).toEqual({ fault, times: Infinity });
  expect(faultInText(`simulate:${fault} 2 in-this-test`)).toEqual({ fault, times: 2 });
  expect(faultInModel(`steady-2026-03-01!${dashed}`)).toEqual({ model: "steady-2026-03-01", fault });
});

test("other texts and models ask for nothing", () => {
  for (const text of [
    "",
    "simulate",
    "please simulate: cut",
    "simulate: nothing",
    `simulate: cut ${"x".repeat(200)}`,
  ]) {
    expect(faultInText(text)).toBeNull();
  }
  expect(faultInModel("steady!unknown")).toEqual({ model: "steady!unknown", fault: null });
});

test("faults are drawn as often as their probabilities say", () => {
  const failures = {
    rateLimited: 0.1,
    serverError: 0,
    hang: 0,
    cut: 0.05,
    stall: 0,
    malformed: 0,
    refusal: 0.2,
    retryAfterSeconds: 1,
  };
  const counts = new Map<string | null, number>();
  const draws = 20_000;
  for (let n = 0; n < draws; n += 1) {
    const fault = drawFault(failures, new Randomness(42, n));
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
  }
  for (const [fault, share] of [
    ["rateLimited", 0.1],
    ["cut", 0.05],
    ["refusal", 0.2],
    [null, 0.65],
  ] as const) {
    // Five standard deviations; the seed is fixed.
    expect(Math.abs((counts.get(fault) ?? 0) / draws - share)).toBeLessThan(
      5 * Math.sqrt((share * (1 - share)) / draws),
    );
  }
  expect(new Set(counts.keys())).toEqual(new Set(["cut", null, "rateLimited", "refusal"]));
});
