import { expect, test } from "vitest";
import type { DialectName } from "../../ports/dialect.ts";
import type { OpenCall } from "../open-call.ts";
import { formTokens, hasTextOnly } from "./form-tokens.ts";

/** The parts of a call that are looked at. */
const callOf = (name: DialectName, bytes: number, isForm: boolean): OpenCall =>
  ({
    request: isForm ? { setField: () => null } : {},
    arrival: { dialect: { name }, bytes: Buffer.alloc(bytes) },
  }) as unknown as OpenCall;

test("a form is never taken for so many tokens as it has bytes", () => {
  expect(formTokens(callOf("openai-audio", 10_000_000, true))).toBe(200_000 + 32 * 1_024);
  expect(formTokens(callOf("openai-images", 10_000_000, true))).toBe(17 * 8_192 + 32 * 1_024);
  expect(formTokens(callOf("openai-chat", 10_000_000, false))).toBeNull();
});

test("forms and files are let in without counting their bytes as tokens", () => {
  const asked = [
    callOf("openai-chat", 1, false),
    callOf("openai-audio", 1, false),
    callOf("openai-audio", 1, true),
    callOf("openai-files", 1, false),
  ];
  expect(asked.map(hasTextOnly)).toEqual([true, true, false, false]);
});
