import { describe, expect, test } from "vitest";
import { failuresOf } from "./failures-of.ts";

const sum = (tier: string, errors: Record<string, number>) => ({
  members: { endpoint: "bot", release: "bot@1", model: "sim/swift", tier },
  tally: { errors },
});

describe("failing calls by cause", () => {
  test("are one group where nothing that is shown tells them apart", () => {
    const found = failuresOf([
      sum("primary", { provider_cut: 37, provider_error: 1 }),
      sum("", { provider_cut: 2 }),
      sum("fallback:1", { provider_cut: 1 }),
    ]);
    expect(found.map(({ cause, calls }) => [cause, calls])).toEqual([
      ["provider_cut", 40],
      ["provider_error", 1],
    ]);
    expect(found[0]?.share).toBeCloseTo(40 / 41);
    const shown = found.map(({ cause, endpoint, release, model }) => JSON.stringify([cause, endpoint, release, model]));
    expect(new Set(shown).size).toBe(found.length);
  });
});
