import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/domain/json.ts";
import { answerMaximum, answersAsked, LONGEST_ANSWER } from "../../src/domain/limits/answer-maximum.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/http/dialects/openai-chat/index.ts";
import { openAiCompletions } from "../../src/http/dialects/openai-completions/index.ts";
import { openAiResponses } from "../../src/http/dialects/openai-responses/index.ts";
import { spliceJson } from "../../src/kit/json-splice.ts";
import type { Dialect } from "../../src/ports/dialect.ts";

const maximum = fc.integer({ min: 1, max: 6_000 });
const count = fc.integer({ min: 1, max: 6 });

/** Each name of any dialect, there or not. */
const fields = fc.record(
  {
    max_tokens: maximum,
    max_completion_tokens: maximum,
    max_output_tokens: maximum,
    n: count,
    best_of: count,
  },
  { requiredKeys: [] },
);
const prompts: fc.Arbitrary<Json> = fc.oneof(
  fc.string(),
  fc.array(fc.string(), { minLength: 1, maxLength: 60 }),
  fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
  fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 60 }),
);

/** What a provider bills that makes as long an answer as it may, by the words of its own API alone. */
function billed(name: string, body: JsonObject): number {
  const limit = (...names: readonly string[]): number => {
    const said = names.map((one) => body[one]).filter((value) => typeof value === "number");
    return said.length === 0 ? LONGEST_ANSWER : Math.max(...said);
  };
  if (name === "openai-responses") return limit("max_output_tokens");
  if (name === "anthropic-messages") return limit("max_tokens");
  const { n = 1, best_of: bestOf = 1, prompt = "" } = body;
  const each = Math.max(Number(n), Number(bestOf));
  if (name === "openai-chat") return limit("max_tokens", "max_completion_tokens") * each;
  const isMany = Array.isArray(prompt) && typeof prompt[0] !== "number";
  return limit("max_tokens") * each * (isMany ? (prompt as readonly Json[]).length : 1);
}

/** The request as its provider gets it. */
function rendered(dialect: Dialect, own: JsonObject, sent: JsonObject): JsonObject {
  const request = dialect.read(Buffer.from(JSON.stringify(sent)));
  const words = dialect.releaseWords({ release: "bot@1", parameters: own, tools: [] });
  return JSON.parse(spliceJson(request.bytes, words.edits(request, [])).toString()) as JsonObject;
}

const messages = [{ role: "user", content: "Hi" }];

/** Names that a release cannot say in a dialect. */
const NO_COUNTS = ["n", "best_of"];
const NEITHER = [...NO_COUNTS, "max_output_tokens"];

test.each<[Dialect, readonly string[], (prompt: Json) => JsonObject]>([
  [openAiChat, [], () => ({ messages })],
  [openAiCompletions, [], (prompt) => ({ prompt })],
  [openAiResponses, NO_COUNTS, () => ({ input: "Hi" })],
  [anthropicMessages, NEITHER, () => ({ messages, max_tokens: 10 })],
])("what is set aside for an answer is all that its provider may bill: %o", (dialect, unsayable, about) => {
  fc.assert(
    fc.property(fields, fields, prompts, (words, said, prompt) => {
      const own = Object.fromEntries(Object.entries(words).filter(([name]) => !unsayable.includes(name)));
      const body: JsonObject = { model: "bot", ...about(prompt), ...said };
      const upstream = rendered(dialect, own, body);
      const asked = { dialect: dialect.name, own, body };
      const held = (answerMaximum(asked) ?? LONGEST_ANSWER) * answersAsked(asked);
      expect(held).toBeGreaterThanOrEqual(billed(dialect.name, upstream));
    }),
    { numRuns: 500 },
  );
});

test.each<[string, JsonObject, JsonObject, number]>([
  ["openai-chat", {}, { max_output_tokens: 1 }, LONGEST_ANSWER],
  ["openai-responses", {}, { max_tokens: 1 }, LONGEST_ANSWER],
  ["openai-chat", { n: 5, max_tokens: 1_000 }, {}, 5_000],
  ["openai-chat", { max_output_tokens: 10 }, { max_tokens: 5_000 }, 5_000],
  ["openai-chat", { max_tokens: null }, { max_tokens: 5 }, LONGEST_ANSWER],
  ["openai-chat", {}, { max_tokens: 10, max_completion_tokens: 20, n: "3" }, 60],
  ["openai-completions", {}, { prompt: Array.from({ length: 50 }, () => "a"), max_tokens: 200 }, 10_000],
  ["openai-completions", {}, { prompt: [1, 2, 3], max_tokens: 200 }, 200],
])(
  "an answer in %s, the release with %j and the client with %j, has at most %i tokens",
  (...[dialect, own, body, most]) => {
    const asked = { dialect, own, body };
    expect((answerMaximum(asked) ?? LONGEST_ANSWER) * answersAsked(asked)).toBe(most);
  },
);
