import { expect, test } from "vitest";
import { mostImageTokens } from "./image-tokens.ts";

/** The numbers that the vendors' guides name, or that come of their rules for the largest image. */
test.each([
  ["gpt-4o-mini-2024-07-18", 2_833 + 8 * 5_667],
  ["gpt-4o-2024-11-20", 85 + 8 * 170],
  ["gpt-4.1-2025-04-14", 85 + 8 * 170],
  ["gpt-4.1-mini-2025-04-14", 6_636],
  ["gpt-5.4-nano-2026-03-17", 10_077],
  ["gpt-5-2025-08-07", 70 + 8 * 140],
  ["openai/gpt-5-nano-2025-08-07", 10_077],
  ["gpt-5.5-2026-04-23", 12_000],
  ["gpt-5.6-luna-2026-08-01", 36_000],
  ["o3-2025-04-16", 75 + 8 * 150],
  ["o4-mini-2025-04-16", 7_046],
  ["claude-sonnet-5", 4_784],
  ["claude-opus-4-7", 4_784],
  ["claude-sonnet-4-5-20250929", 1_568],
  ["us.anthropic.claude-haiku-4-5-20251001-v1:0", 1_568],
  ["anthropic/claude-opus-5", 4_784],
  ["gemini-3.5-flash", 2_240],
  ["gemini-2.5-pro", 2_304],
  ["llama-4", 5_000],
])("an image takes %s at most %i tokens", (model, tokens) => {
  expect(mostImageTokens(model)).toBe(tokens);
});
