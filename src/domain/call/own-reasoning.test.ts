import { expect, test } from "vitest";
import type { AssistantPart, CanonicalRequest } from "./canonical.ts";
import { plainRequest } from "./plain-request.ts";
import { ownReasoning } from "./own-reasoning.ts";

const thought = (part: Partial<Extract<AssistantPart, { type: "reasoning" }>>): AssistantPart => ({
  type: "reasoning",
  text: "Hm.",
  signature: "s",
  data: null,
  ...part,
});
const SAID: AssistantPart = { type: "text", text: "Hello." };

const held = (...content: readonly AssistantPart[]): CanonicalRequest => ({
  ...plainRequest([{ role: "assistant", content }], 0),
  maxTokens: null,
  temperature: null,
});

test("thoughts go back to the vendor that signed them", () => {
  const request = held(thought({ origin: "anthropic" }), SAID);
  expect(ownReasoning(request, "anthropic")).toEqual({ request, leftOut: false });
});

test.each([
  ["another vendor's", thought({ origin: "google" })],
  ["those that nobody signed", thought({ origin: "anthropic", signature: null })],
  ["those of nobody knows whom", thought({})],
])("%s are left out, and that is told", (_, part) => {
  expect(ownReasoning(held(part, SAID), "anthropic")).toEqual({ request: held(SAID), leftOut: true });
});

test("a provider that takes none is given none, nor a turn with nothing left to say", () => {
  const { request, leftOut } = ownReasoning(held(thought({ origin: "openai", signature: null, data: "d" })), null);
  expect([request.messages, leftOut]).toEqual([[], true]);
});

test("a conversation without thoughts is the same object", () => {
  const request = held(SAID);
  expect(ownReasoning(request, null).request).toBe(request);
});
