import { expect, test } from "vitest";
import type { JsonObject } from "../domain/json.ts";
import { parameterWarnings } from "./parameter-warnings.ts";

const warned = (parameters: JsonObject): readonly string[] =>
  parameterWarnings([{ name: "bot", content: { parameters } } as never]);

test("a name that is nearly a known one is warned of with that one", () => {
  expect(warned({ temprature: 0.2 })).toEqual([
    "The endpoint bot sets the parameter `temprature`, which is sent as it is; did you mean `temperature`?",
  ]);
  expect(warned({ max_token: 5 })).toEqual([expect.stringContaining("did you mean `max_tokens`?")]);
});

test("a value of the wrong type is warned of with what is expected", () => {
  expect(warned({ temperature: "hot" })).toEqual([
    'The endpoint bot sets the parameter `temperature` to "hot", where providers expect a number.',
  ]);
  for (const [name, value] of Object.entries({
    max_tokens: 0.5,
    stop: [1],
    parallel_tool_calls: "yes",
    logit_bias: "none",
  })) {
    expect(warned({ [name]: value })).toEqual([expect.stringContaining(`\`${name}\``)]);
  }
});

test("known fields, those of single providers and names that resemble none are left alone", () => {
  const fine = {
    temperature: 0.2,
    top_k: 5,
    top_a: 0.1,
    min_p: 0.1,
    min_tokens: 4,
    seed: null,
    stop: ["a"],
    tool_choice: "auto",
    response_format: { type: "json_object" },
    stop_sequences: ["b"],
    speed: "fast",
    quality: "low",
    size: "1024x1024",
    guided_json: {},
    my_own_field: true,
  };
  expect(warned(fine)).toEqual([]);
});
