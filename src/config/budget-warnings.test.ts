import { expect, test } from "vitest";
import { budgetWarnings } from "./budget-warnings.ts";
import { loadProject } from "./load.ts";

/** A million tokens of the answer cost 10 USD, or 1 USD of the cheaper model's: 32,768 of them cost 0.32768 or 0.032768 USD. */
function warnings(budget: string, parameters = "", dearPrice = "{ input: 1, output: 10 }"): readonly string[] {
  const main = `environment: production
providers:
  up:
    kind: openai-compatible
    base_url: https://api.example.com/v1
    key_env: UP_KEY
    models:
      dear-2026-01-01: { price: ${dearPrice} }
      cheap-2026-01-01: { price: { input: 1, output: 1 } }
endpoints:
  faq:
    models: [up/dear-2026-01-01, up/cheap-2026-01-01]
    parameters: { ${parameters} }
budgets:
  month: { per: endpoint, window: month, ${budget} }
`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
  return loaded.ok ? budgetWarnings(loaded.project) : loaded.mistakes.map(({ message }) => message);
}

test("a budget that has no room for a single call is warned of, with what to do", () => {
  expect(warnings("amount: 0.3")).toEqual([
    "The budget month of 0.300000 USD has no room for a call of faq that sets no `max_tokens`: its answer may cost 0.327680 USD, so that it is refused. Raise the budget, or set `max_tokens` in the endpoint's `parameters`.",
  ]);
  expect(warnings("amount: 0.001", "max_tokens: 1000")).toEqual([
    expect.stringContaining("no room for any call of faq: its answer may cost 0.010000 USD") as string,
  ]);
});

test("a call that names no tier is held to cost what the dearest tier would", () => {
  const dear = "{ input: 1, output: 10, tiers: { priority: { input: 2, output: 20 } } }";
  expect(warnings("amount: 0.5")).toEqual([]);
  expect(warnings("amount: 0.5", "", dear)).toEqual([expect.stringContaining("may cost 0.655360 USD") as string]);
  expect(warnings("amount: 0.5", "service_tier: default", dear)).toEqual([]);
});

test("what only long prompts cost is not said of every call", () => {
  const long = "{ input: 1, output: 10, steps: [{ above: 1000, input: 2, output: 20 }] }";
  expect(warnings("amount: 0.5", "", long)).toEqual([]);
});

test("no word is lost of a budget that has room, is about others, or lets something cheaper answer", () => {
  expect(warnings("amount: 0.33")).toEqual([]);
  expect(warnings("amount: 0.3", "max_tokens: 1000")).toEqual([]);
  expect(warnings("amount: 0.001, only: { models: [up/cheap-2026-01-01] }")).toEqual([]);
  expect(warnings("amount: 0.3, at_limit: degrade")).toEqual([]);
  expect(warnings("amount: 0.03, at_limit: degrade")).toHaveLength(1);
});
