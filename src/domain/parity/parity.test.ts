import { describe, expect, test } from "vitest";
import { sortParity, weighChanges } from "./parity.ts";

const weightOf = (path: string): string | undefined =>
  weighChanges([{ kind: "value", part: "project", path, before: 1, after: 2 }])[0]?.weight;

describe("a difference between environments", () => {
  test.each([
    ["providers.open.ai.base_url", "expected"],
    ["providers.openai.key_env", "expected"],
    ["providers.openai.kind", "behaviour"],
    ["providers.openai.models.gpt-x.price.input", "capacity"],
    ["providers.openai.models.gpt-x", "behaviour"],
    ["endpoints.bot.rollout.steps", "expected"],
    ["endpoints.bot.sessions", "behaviour"],
    ["endpoints.bot", "behaviour"],
    ["limits.rates.few.requests", "capacity"],
    ["flags.new-greeting.default", "behaviour"],
    ["something.new", "behaviour"],
  ])("of %s is weighed as %s", (path, weight) => {
    expect(weightOf(path)).toBe(weight);
  });

  test("is told with both sides, shortened where they are long, the weightiest first", () => {
    const long = "x".repeat(1_000);
    const told = weighChanges([
      { kind: "value", part: "project", path: "limits.in_flight", before: null, after: 5 },
      { kind: "value", part: "project", path: "aliases.gpt", before: long, after: ["a"] },
    ]);
    const [alias, limit] = sortParity(told);
    expect(alias).toMatchObject({ path: "aliases.gpt", to: '["a"]' });
    expect(alias?.from).toHaveLength(200);
    expect(limit).toMatchObject({ from: null, to: "5" });
  });
});
