import { expect, test } from "vitest";
import type { CanonicalMessage } from "../call/canonical.ts";
import { askedQuestion } from "./asked-question.ts";

const user = (text: string): CanonicalMessage => ({ role: "user", content: [{ type: "text", text }] });
const SYSTEM: CanonicalMessage = { role: "system", text: "You help." };
const SAID: CanonicalMessage = { role: "assistant", content: [{ type: "text", text: "Yes." }] };

test("the last words of the user are the question, and all before them its context", () => {
  const asked = askedQuestion({
    messages: [SYSTEM, user("Do you sell lamps?"), SAID, user("How do people return a lamp?")],
  });
  expect(asked).toEqual({
    text: "How do people return a lamp?",
    context: [SYSTEM, user("Do you sell lamps?"), SAID],
  });
});

test.each<[string, readonly CanonicalMessage[]]>([
  ["not-words", []],
  ["not-words", [user("Hello lamps?"), SAID]],
  ["not-words", [{ role: "tool", toolCallId: "1", content: [{ type: "text", text: "x" }], isError: false }]],
  ["not-words", [{ role: "user", content: [{ type: "image", url: "https://example.com/a.png", detail: null }] }]],
  ["not-words", [user("How \u0000 odd?")]],
  ["empty", [user("  ?! ")]],
  ["too-long", [user("lamp ".repeat(10_000))]],
  ["pronoun", [user("Do you sell lamps?"), SAID, user("How can one return it?")]],
])("is barred: %s", (bar, messages) => {
  expect(askedQuestion({ messages })).toBe(bar);
});

test("words of the system are nothing that a question could lean on", () => {
  const asked = askedQuestion({ messages: [SYSTEM, user("How does it work?")] });
  expect(asked).toMatchObject({ text: "How does it work?" });
});
