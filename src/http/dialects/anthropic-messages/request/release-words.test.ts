import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../domain/json.ts";
import type { RenderedMessage } from "../../../../domain/prompt/render.ts";
import { spliceJson } from "../../../../kit/json-splice.ts";
import type { ReleaseParts } from "../../../../ports/dialect.ts";
import { readRequest } from "./read-request.ts";
import { releaseWords } from "./release-words.ts";

const BARE: ReleaseParts = { release: "bot@7", parameters: {}, tools: [] };
const TOOL = { name: "lookup", description: "Finds.", parameters: { type: "object" }, strict: null };

function rendered(body: JsonObject, own: Partial<ReleaseParts>, messages: readonly RenderedMessage[] = []): JsonObject {
  const request = readRequest(
    Buffer.from(
      JSON.stringify({ messages: [], ...body, model: "bot" }).replace(
        '"messages":[]',
        '"messages":[{"role":"user","content":"Hi"}]',
      ),
    ),
  );
  const words = releaseWords({ ...BARE, ...own });
  return JSON.parse(spliceJson(request.bytes, words.edits(request, messages)).toString()) as JsonObject;
}

const HI = { role: "user", content: "Hi" };

describe("a release's prompt in a request of the Messages API", () => {
  const prompt: readonly RenderedMessage[] = [
    { role: "system", content: "Be kind." },
    { role: "developer", content: "Be brief." },
    { role: "user", content: "2+2?" },
    { role: "assistant", content: "4" },
  ];
  const own = [
    { type: "text", text: "Be kind." },
    { type: "text", text: "Be brief." },
  ];

  it("stands before the request's system prompt and messages", () => {
    const messages = [{ role: "user", content: "2+2?" }, { role: "assistant", content: "4" }, HI];
    expect(rendered({}, {}, prompt)).toEqual({ model: "bot", system: own, messages });
    const text = { type: "text", text: "Mine." };
    expect(rendered({ system: "Mine." }, {}, prompt)).toEqual({ model: "bot", system: [...own, text], messages });
    expect(rendered({ system: [text] }, {}, prompt)).toEqual({ model: "bot", system: [...own, text], messages });
    expect(rendered({ system: [] }, {}, prompt)).toEqual({ model: "bot", system: own, messages });
  });

  it("changes no byte when there is none", () => {
    const request = readRequest(
      Buffer.from(`{ "model":"bot", "messages":[${JSON.stringify(HI)}], "metadata":{"user_id":"u"} }`),
    );
    expect(releaseWords(BARE).edits(request, [])).toEqual([]);
  });
});

describe("a release's parameters in a request of the Messages API", () => {
  it.each<readonly [string, JsonObject, JsonObject]>([
    ["limits", { max_completion_tokens: 9, stop: ["a", "b"] }, { max_tokens: 9, stop_sequences: ["a", "b"] }],
    ["sampling", { temperature: 0.2, top_p: 0.9, top_k: 4 }, { temperature: 0.2, top_p: 0.9, top_k: 4 }],
    [
      "an effort",
      { reasoning_effort: "minimal" },
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
    ],
    ["no thinking", { reasoning_effort: "none" }, { thinking: { type: "disabled" } }],
    [
      "a tool",
      { tool_choice: { type: "function", function: { name: "f" } } },
      { tool_choice: { type: "tool", name: "f" } },
    ],
    [
      "one tool at a time",
      { tool_choice: "required", parallel_tool_calls: false },
      { tool_choice: { type: "any", disable_parallel_tool_use: true } },
    ],
    [
      "one tool at a time only",
      { parallel_tool_calls: false },
      { tool_choice: { type: "auto", disable_parallel_tool_use: true } },
    ],
    ["a user", { user: "u-1" }, { metadata: { user_id: "u-1" } }],
    ["a tier", { service_tier: "default" }, { service_tier: "standard_only" }],
    ["nothing", { presence_penalty: 0, n: 1, response_format: { type: "text" } }, {}],
    [
      "a form and an effort",
      {
        response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } },
        reasoning_effort: "high",
      },
      {
        thinking: { type: "adaptive" },
        output_config: { format: { type: "json_schema", schema: { type: "object" } }, effort: "high" },
      },
    ],
  ])("ask for %s in its words", (_, parameters, members) => {
    expect(rendered({}, { parameters })).toEqual({ model: "bot", messages: [HI], ...members });
  });

  it.each(["seed", "logit_bias", "frequency_penalty", "frobnicate"])("are refused with the name of %s", (name) => {
    expect(() => releaseWords({ ...BARE, parameters: { [name]: 7 } })).toThrow(`${name} (set by bot@7)`);
  });

  it("take the place of the request's own, and leave what they do not speak of", () => {
    const words = releaseWords({ ...BARE, parameters: { max_tokens: 5, reasoning_effort: "low" } });
    expect(words.sets.toSorted()).toEqual(["max_tokens", "output_config", "thinking"]);
    const format = { type: "json_schema", schema: {} };
    const body = { max_tokens: 9, top_k: 3, output_config: { format, effort: "max" } };
    expect(rendered(body, { parameters: { max_tokens: 5, reasoning_effort: "low" } })).toEqual({
      model: "bot",
      messages: [HI],
      max_tokens: 5,
      top_k: 3,
      thinking: { type: "adaptive" },
      output_config: { format, effort: "low" },
    });
  });
});

describe("a release's tools in a request of the Messages API", () => {
  it("stand before the request's own", () => {
    const mine = { name: "mine", input_schema: {} };
    const own = { name: "lookup", description: "Finds.", input_schema: { type: "object" } };
    expect(rendered({ tools: [mine] }, { tools: [TOOL] })["tools"]).toEqual([own, mine]);
    expect(rendered({}, { tools: [TOOL] })["tools"]).toEqual([own]);
  });

  it("are the release's alone", () => {
    const tools = [{ name: "lookup", input_schema: {} }];
    expect(() => rendered({ tools }, { tools: [TOOL] })).toThrow("tools[0] (lookup)");
  });
});

describe("what speaks to Rollward in a request of the Messages API", () => {
  it("is taken out, and the user stays", () => {
    const variables = { name: "Ada" };
    expect(rendered({ variables, metadata: { plan: "gold" } }, {})).toEqual({ model: "bot", messages: [HI] });
    expect(rendered({ metadata: { session_id: "s", user_id: "u" }, variables }, {})).toEqual({
      model: "bot",
      messages: [HI],
      metadata: { user_id: "u" },
    });
  });
});
