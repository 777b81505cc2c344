import { describe, expect, it } from "vitest";
import { looksSecret } from "./secret-shape.ts";

describe("what looks like a secret", () => {
  it.each([
    "sk-live-4f9a8b7c6d5e4f3a2b1c",
    "sk-ant-api03-abcdefghijklmnop",
    "Bearer sk-proj-4f9a8b7c6d5e",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
    "4f9a8b7c6d5e4f3a2b1c0d9e",
    "xQ9z2Kp7Lm4Rt8Vw1Yb6Nc3",
  ])("is %s", (text) => {
    expect(looksSecret(text)).toBe(true);
  });

  it.each([
    "gpt-4o-2024-08-06-preview-x1",
    "claude-sonnet-4-5-20250929-v1:0",
    "openai/gpt-x-latest",
    "prompts/support-bot.md",
    "OPENAI_API_KEY",
    "a sentence that goes on and on for quite a while",
    "internationalization",
    "12345678901234567890",
    "sk-",
    "",
  ])("is not %j", (text) => {
    expect(looksSecret(text)).toBe(false);
  });
});
