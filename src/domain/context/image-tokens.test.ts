import { expect, test } from "vitest";
import { mostImageTokens } from "./image-tokens.ts";

test.each([
  ["gpt-4o-mini-2024-07-18", 48_169],
  ["gpt-4o-2024-11-20", 1_445],
  ["gpt-4.1-2025-04-14", 1_445],
  ["gpt-4.1-mini-2025-04-14", 2_489],
  ["gpt-5-2025-08-07", 1_190],
  ["openai/gpt-5-nano-2025-08-07", 3_779],
  ["claude-sonnet-5", 5_000],
  ["llama-4", 5_000],
])("an image takes %s at most %i tokens", (model, tokens) => {
  expect(mostImageTokens(model)).toBe(tokens);
});
