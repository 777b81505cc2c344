import { expect, test } from "vitest";
import { mostImageTokens } from "../../domain/context/image-tokens.ts";
import { likelyRequestTokens } from "./likely-request-tokens.ts";
import { mostInputTokens } from "./most-input-tokens.ts";

const MODEL = "gpt-4o";
const bodyWith = (...images: readonly number[]): Buffer => {
  const parts = images.map((bytes) => ({
    type: "image_url",
    image_url: { url: `data:image/png;base64,${"A".repeat(bytes)}` },
  }));
  return Buffer.from(
    JSON.stringify({ messages: [{ role: "user", content: [{ type: "text", text: "?" }, ...parts] }] }),
  );
};

test("a text has a token for every four bytes", () => {
  const body = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "word ".repeat(100) }] }));
  expect(likelyRequestTokens(body, MODEL)).toBe(Math.ceil(body.length / 4));
  expect(likelyRequestTokens(Buffer.from("no JSON"), MODEL)).toBe(2);
});

test("an image has what it has at most in the model, and a small one no more than its bytes", () => {
  const beside = likelyRequestTokens(bodyWith(1), MODEL);
  expect(likelyRequestTokens(bodyWith(4_000_000), MODEL) - beside).toBe(mostImageTokens(MODEL) - 1);
  expect(likelyRequestTokens(bodyWith(400), MODEL) - beside).toBe(99);
});

test.each([[[]], [[10]], [[4_000_000]], [[4_000_000, 100, 50_000]], [Array.from({ length: 80 }, () => 40_000)]])(
  "is never more than what is set aside, %o",
  (images) => {
    const body = bodyWith(...images);
    expect(likelyRequestTokens(body, MODEL)).toBeLessThan(mostInputTokens(body, mostImageTokens(MODEL)));
  },
);
