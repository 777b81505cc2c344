import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../src/domain/call/canonical.ts";
import { RollwardError } from "../../../src/domain/errors.ts";
import type { Json, JsonObject } from "../../../src/domain/json.ts";
import { openAiCompletions } from "../../../src/http/dialects/openai-completions/index.ts";
import { anyAnswer } from "./arbitraries.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const number = fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value + 0);

/** A value that mostly asks for nothing, so that most requests could be carried. */
const rarely = <T extends Json>(nothing: T, value: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(nothing) }, { weight: 1, arbitrary: value });

/** Everything that the API's reference names, within what it allows, and something that it does not name. */
const anyRequest: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      prompt: fc.oneof(
        { weight: 8, arbitrary: word },
        fc.array(word, { maxLength: 2 }),
        fc.array(fc.nat(), { maxLength: 2 }),
      ),
      max_tokens: fc.nat(),
      temperature: number,
      top_p: number,
      presence_penalty: number,
      frequency_penalty: number,
      seed: fc.integer(),
      stop: fc.oneof(word, fc.array(word, { maxLength: 4 })),
      user: word,
      n: rarely(1, fc.constant(2)),
      best_of: rarely(1, fc.constant(2)),
      echo: rarely(false, fc.constant(true)),
      suffix: rarely<Json>(null, word),
      logprobs: rarely<Json>(null, fc.nat({ max: 5 })),
      logit_bias: rarely<Json>({}, fc.constant({ "50256": -100 })),
      stream: fc.boolean(),
      unheard_of: rarely<Json>(null, word),
    },
    { requiredKeys: ["prompt"] },
  )
  .map((drawn) => ({ model: "m", ...drawn }));

/** Where the canonical call has a field. */
const CARRIED: Readonly<Record<string, string>> = {
  max_tokens: "maxTokens",
  temperature: "temperature",
  top_p: "topP",
  seed: "seed",
  user: "user",
};

function expectCarried(body: JsonObject): void {
  const canonical = openAiCompletions.toCanonical(body, "other");
  const read = canonical as unknown as Readonly<Record<string, Json>>;
  for (const [field, place] of Object.entries(CARRIED)) {
    if (body[field] !== undefined) expect([field, read[place]]).toEqual([field, body[field]]);
  }
  expect(canonical.presencePenalty ?? 0).toBe(body["presence_penalty"] ?? 0);
  expect(canonical.frequencyPenalty ?? 0).toBe(body["frequency_penalty"] ?? 0);
  expect(canonical.stop).toEqual([body["stop"] ?? []].flat());
  const text = [body["prompt"]].flat()[0];
  expect(canonical.messages).toEqual([{ role: "user", content: [{ type: "text", text }] }]);
  // Whatever is left says what holds anyway.
  const { n = 1, best_of: best = 1, echo = false, suffix = null, logprobs = null, logit_bias: bias = {} } = body;
  expect({ n, best, echo, suffix, logprobs, bias }).toEqual({
    n: 1,
    best: 1,
    echo: false,
    suffix: null,
    logprobs: null,
    bias: {},
  });
  expect(body["unheard_of"] ?? null).toBeNull();
}

describe("a request of the older completions", () => {
  it("is refused by the name of a field that it uses, or arrives with all that it says", () => {
    let carried = 0;
    fc.assert(
      fc.property(anyRequest, (body) => {
        try {
          expectCarried(body);
          carried += 1;
        } catch (error) {
          if (!(error instanceof RollwardError)) throw error;
          expect(error.code).toBe("untranslatable");
          const [name = ""] = String(error.details["field"]).split(" ");
          expect(body[name]).toBeDefined();
        }
      }),
      { numRuns: 1_000 },
    );
    expect(carried).toBeGreaterThan(100);
  });
});

interface Choice {
  readonly text: string;
  readonly finish_reason: string | null;
  readonly reasoning_content?: string;
}

/** The choices that a client reads, whole or piece by piece; throws on anything that is none. */
function choicesIn(stream: boolean, text: string): readonly Choice[] {
  if (!stream) return (JSON.parse(text) as { readonly choices: readonly Choice[] }).choices;
  const events = text.split("\n\n");
  expect(events.splice(-2)).toEqual(["data: [DONE]", ""]);
  return events.flatMap((event) => (JSON.parse(event.slice(6)) as { readonly choices: readonly Choice[] }).choices);
}

const textOf = (events: readonly CallEvent[], ...types: readonly string[]): string =>
  events.map((event) => ("text" in event && types.includes(event.type) ? event.text : "")).join("");

describe.each([
  { form: "streamed", stream: true },
  { form: "whole", stream: false },
])("an answer in the older completions, $form,", ({ stream }) => {
  it("says the words, the thoughts and the end, a refusal as filtered, and with a call of a tool it is none", () => {
    fc.assert(
      fc.property(anyAnswer, (events) => {
        const encoder = openAiCompletions.encoder({ stream, usageInStream: true }, "call_01", 0);
        const pieces = events.map((event) => encoder.push(event));
        if (events.some(({ type }) => type === "tool-call-start")) {
          expect(encoder.facts).toMatchObject({ fault: { code: "provider_bad_answer" }, finishReason: null });
          return;
        }
        const choices = choicesIn(stream, Buffer.concat([...pieces, encoder.end()]).toString());
        expect(choices.map(({ text }) => text).join("")).toBe(textOf(events, "text-delta", "refusal-delta"));
        const thoughts = choices.map(({ reasoning_content: thought = "" }) => thought);
        expect(thoughts.join("")).toBe(textOf(events, "reasoning-delta"));
        const end = events.at(-1);
        const reason = end?.type !== "end" || end.finishReason === "other" ? "stop" : end.finishReason;
        const isRefused = events.some(({ type }) => type === "refusal-delta");
        const finish = isRefused && reason === "stop" ? "content_filter" : reason;
        expect(choices.map(({ finish_reason: given }) => given).filter((given) => given !== null)).toEqual([finish]);
      }),
      { numRuns: 300 },
    );
  });
});
