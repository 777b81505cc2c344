import { expect, test } from "vitest";
import { questionFor } from "../../../../test/contracts/conversing-subject.ts";
import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import { withinLimit } from "./within-limit.ts";

const OLDER = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NEWER = "anthropic.claude-opus-5-v1:0";

const asked = (set: Partial<CanonicalRequest>, model: string): CanonicalRequest =>
  withinLimit({ ...questionFor(model, false).request, ...set }, model, "bedrock");

test("the budget and what is left for words add up to the limit that was asked for", () => {
  const { maxTokens, reasoningTokens } = asked({ maxTokens: 4_000, reasoningTokens: 2_000 }, OLDER);
  expect([maxTokens, reasoningTokens]).toEqual([2_000, 2_000]);
});

test("an effort is a share of the limit for models that know budgets, and an effort for the others", () => {
  const set = { maxTokens: 10_000, reasoningEffort: "high" };
  expect(asked(set, OLDER)).toMatchObject({ maxTokens: 4_000, reasoningTokens: 6_000, reasoningEffort: null });
  expect(asked(set, NEWER)).toMatchObject(set);
});

test.each([
  [{ maxTokens: 1_000, reasoningEffort: "low" }, "reasoning_effort"],
  [{ maxTokens: 1_000, reasoningTokens: 1_000 }, "thinking.budget_tokens"],
])("a limit without room to think is refused by name, %#", (set, field) => {
  expect(() => asked(set, OLDER)).toThrow(field);
});

test.each([
  [{ maxTokens: null, reasoningTokens: 2_000 }, OLDER],
  [{ maxTokens: 1_000, reasoningTokens: 0 }, OLDER],
  [{ maxTokens: 1_000, reasoningEffort: "none" }, OLDER],
  [{ maxTokens: 1_000, reasoningEffort: "high" }, "amazon.nova-2-lite-v1:0"],
])("what asks for no thought within a limit stays as it is, %#", (set, model) => {
  expect(asked(set, model)).toMatchObject(set);
});
