import { describe, expect, it } from "vitest";
import type { IncomingRequest } from "../../ports/dialect.ts";
import { readRequest as readMessages } from "./anthropic-messages/request/read-request.ts";
import { readRequest as readChat } from "./openai-chat/read-request.ts";
import { readRequest as readResponses } from "./openai-responses/request/read-request.ts";

const FIRST = { role: "user", content: "Translate." };
const LATER = [FIRST, { role: "assistant", content: "Done." }, { role: "user", content: "Shorter." }];

const bytesOf = (members: object): Buffer => Buffer.from(JSON.stringify({ model: "bot", ...members }));

type Read = (turns: readonly object[], more?: object) => IncomingRequest;

const DIALECTS: readonly (readonly [string, Read])[] = [
  ["openai-chat", (messages, more) => readChat(bytesOf({ messages, ...more }))],
  ["openai-responses", (input, more) => readResponses(bytesOf({ input, ...more }))],
  ["anthropic-messages", (messages, more) => readMessages(bytesOf({ messages, max_tokens: 9, ...more }))],
];

describe.each(DIALECTS)("the opening of a conversation in %s", (_, read) => {
  const opening = (variables?: object | null, turns: readonly object[] = [FIRST]): string | null =>
    read(turns, variables === undefined ? {} : { variables }).opening;

  it("has the values of the prompt's variables, in whatever order they come", () => {
    expect(opening({ text: "Hello" })).not.toBe(opening({ text: "Bye" }));
    expect(opening({ text: "Hello" })).not.toBe(opening());
    expect(opening({ text: "Hello", to: "de" })).toBe(opening({ to: "de", text: "Hello" }));
    expect(opening({ a: "b" })).not.toBe(opening({ b: "a" }));
  });

  it("is the same at a later turn that sends the same values", () => {
    const later = read(LATER, { variables: { to: "de", text: "Hello" } });
    expect(later.continues).toBe(true);
    expect(later.opening).toBe(opening({ text: "Hello", to: "de" }));
  });

  it("is without values what it always was", () => {
    expect([opening({}), opening(null)]).toEqual([opening(), opening()]);
  });
});
