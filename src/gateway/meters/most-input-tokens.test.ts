import { expect, test } from "vitest";
import { mostInputTokens } from "./most-input-tokens.ts";

const most = (content: unknown): number =>
  mostInputTokens(Buffer.from(JSON.stringify({ messages: [{ role: "user", content }] })));

test("a text has no more tokens than bytes, and a little is added for what providers put around it", () => {
  const text = "ü".repeat(500);
  expect(most(text)).toBeGreaterThanOrEqual(1_000);
  expect(most(text)).toBeLessThan(1_000 + 1_024 + 60);
});

test("an image that is sent along counts as an image and not by its bytes", () => {
  const data = Buffer.alloc(600_000, 7).toString("base64");
  expect(most([{ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } }])).toBeLessThan(40_000);
  const source = { type: "base64", media_type: "image/png", data };
  expect(most([{ type: "image", source }])).toBeLessThan(40_000);
});

test("an image that is only named counts as one", () => {
  expect(most([{ type: "image_url", image_url: { url: "https://example.com/a.png" } }])).toBeGreaterThan(8_192);
});

test("words that pose as an image count by their bytes", () => {
  const words = "tell me more ".repeat(5_000);
  expect(most(`data:image/png;base64,${words}`)).toBeGreaterThan(words.length);
});
