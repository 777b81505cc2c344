import { expect, test } from "vitest";
import { namePrompt } from "./name-prompt.ts";

test("a body without a name gets one, and every other byte stays", () => {
  const bytes = Buffer.from(`{ "model":"m", "messages":[ {"role":"user","content":"H\\u0069"} ]}`);
  expect(namePrompt(bytes, "rollward-1").toString()).toBe(
    `{"prompt_cache_key":"rollward-1", "model":"m", "messages":[ {"role":"user","content":"H\\u0069"} ]}`,
  );
});

test("a name that is there stays, and so does the body", () => {
  const bytes = Buffer.from(`{"model":"m","prompt_cache_key":"mine","messages":[]}`);
  expect(namePrompt(bytes, "rollward-1")).toBe(bytes);
});
