import { describe, expect, test } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { parseExactJson } from "../../../kit/exact-json.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { toCanonical } from "./to-canonical.ts";

const read = (more: object) => toCanonical({ model: "m", prompt: "Hi", ...more }, "claude");

function refusal(body: JsonObject): unknown {
  try {
    return toCanonical(body, "claude");
  } catch (error) {
    const { code, details } = RollwardError.from(error);
    return [code, code === "untranslatable" ? details["field"] : details["param"], details["param"]];
  }
}

describe("an older completion as a conversation", () => {
  test("is its prompt as one question of the user, alone or as the only one of a list", () => {
    const question = [{ role: "user", content: [{ type: "text", text: "Hi\n" }] }];
    expect(read({ prompt: "Hi\n" }).messages).toEqual(question);
    expect(read({ prompt: ["Hi\n"] }).messages).toEqual(question);
  });

  test("has the limit that the API has where none is named", () => {
    expect(read({}).maxTokens).toBe(16);
    expect(read({ max_tokens: null }).maxTokens).toBe(16);
    expect(read({ max_tokens: 300 }).maxTokens).toBe(300);
  });

  test("keeps how it is to be answered", () => {
    const settings = { temperature: 0.3, top_p: 0.4, seed: 7, presence_penalty: 0.5, frequency_penalty: -0.6 };
    expect(read({ ...settings, stop: ["\n", "END"], user: "u-1" })).toMatchObject({
      temperature: 0.3,
      topP: 0.4,
      seed: 7,
      presencePenalty: 0.5,
      frequencyPenalty: -0.6,
      stop: ["\n", "END"],
      user: "u-1",
    });
    expect(read({ stop: "END" }).stop).toEqual(["END"]);
  });

  test("loses nothing by fields that ask for nothing", () => {
    const nothing = { n: 1, best_of: 1, echo: false, suffix: null, logprobs: null, logit_bias: {} };
    const form = { stream: true, stream_options: { include_usage: true }, metadata: { a: "b" }, variables: {} };
    expect(read({ ...nothing, ...form, presence_penalty: 0, frequency_penalty: 0 })).toEqual(read({}));
  });

  test.each([
    ["several prompts", { prompt: ["Hi", "Ho"] }, "prompt (several texts)"],
    ["tokens", { prompt: [1, 2] }, "prompt (token ids)"],
    [
      "tokens that no double holds",
      parseExactJson('{"prompt":[9007199254740993]}') as JsonObject,
      "prompt (token ids)",
    ],
    ["lists of tokens", { prompt: [[1], [2]] }, "prompt (token ids)"],
    ["an empty prompt", { prompt: "" }, "prompt (empty)"],
    ["no prompt in its list", { prompt: [] }, "prompt (empty)"],
    ["a suffix", { suffix: "end" }, "suffix"],
    ["an echo", { echo: true }, "echo"],
    ["the best of several", { best_of: 2 }, "best_of"],
    ["several answers", { n: 2 }, "n"],
    ["log-probabilities", { logprobs: 5 }, "logprobs"],
    ["log-probabilities of what was chosen", { logprobs: 0 }, "logprobs"],
    ["biases", { logit_bias: { "50256": -100 } }, "logit_bias"],
    ["a field that nobody knows", { use_beam_search: true }, "use_beam_search"],
  ])("is refused by the name of the field for %s", (_, more, field) => {
    const param = field.split(" ")[0];
    expect(refusal({ model: "m", prompt: "Hi", ...more })).toEqual(["untranslatable", field, param]);
  });

  test.each([{ prompt: 7 }, { prompt: { text: "Hi" } }, { prompt: ["Hi", null] }, { prompt: [{}] }, { stop: 7 }])(
    "is invalid with %j",
    (more) => {
      const [param] = Object.keys(more);
      expect(refusal({ model: "m", prompt: "Hi", ...more })).toEqual(["invalid_request", param, param]);
    },
  );
});
