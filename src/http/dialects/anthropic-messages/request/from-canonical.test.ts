import { describe, expect, it } from "vitest";
import type { CanonicalMessage, CanonicalRequest } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { fromCanonical } from "./from-canonical.ts";
import { modelTraits } from "./model-traits.ts";
import { toCanonical } from "./to-canonical.ts";

const HI = toCanonical({ messages: [{ role: "user", content: "Hi" }] }, "p");

function written(set: Partial<CanonicalRequest>, model = "claude-opus-5-5"): JsonObject {
  const ask = { provider: "p", model, stream: false, reportsStreamUsage: true };
  return JSON.parse(fromCanonical({ ...HI, ...set }, ask).toString()) as JsonObject;
}

describe("the limit of a request that names none", () => {
  it("is what the catalogue says the model can answer, else what is known of its family", () => {
    const limitOf = (maxOutput?: number): unknown => {
      const ask = { provider: "p", model: "claude-3-5-haiku-latest", stream: false, reportsStreamUsage: true };
      const bytes = fromCanonical(HI, { ...ask, ...(maxOutput !== undefined && { maxOutput }) });
      return (JSON.parse(bytes.toString()) as JsonObject)["max_tokens"];
    };
    expect([limitOf(128_000), limitOf()]).toEqual([128_000, 8_192]);
  });
});

describe("thinking", () => {
  it("is asked for by effort of newer models and by budget of older ones", () => {
    expect(written({ reasoningEffort: "minimal" })).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "low" },
    });
    const older = written({ reasoningEffort: "high", maxTokens: 10_000 }, "claude-sonnet-4-5-20250929");
    expect(older).toMatchObject({ max_tokens: 10_000, thinking: { type: "enabled", budget_tokens: 6_000 } });
    expect(older["output_config"]).toBeUndefined();
  });

  it("has the budget that was named, whatever the model", () => {
    expect(written({ reasoningTokens: 2_000 })["thinking"]).toEqual({ type: "enabled", budget_tokens: 2_000 });
    expect(written({ reasoningTokens: 0 })["thinking"]).toEqual({ type: "disabled" });
    expect(written({ reasoningEffort: "none" })["thinking"]).toEqual({ type: "disabled" });
  });

  it("is refused where there is no room for it, and with what goes with no thinking", () => {
    const cramped = () => written({ reasoningEffort: "low", maxTokens: 1_024 }, "claude-3-7-sonnet-latest");
    expect(cramped).toThrow("reasoning_effort");
    expect(() => written({ reasoningEffort: "low", temperature: 0.5 })).toThrow("temperature");
    expect(() => written({ reasoningTokens: 2_000, topK: 5 })).toThrow("top_k");
    expect(written({ reasoningTokens: 2_000, temperature: 1 })["temperature"]).toBe(1);
  });
});

describe("max_tokens", () => {
  it.each([
    ["claude-opus-5-5", 64_000],
    ["us.anthropic.claude-opus-4-1-20250805-v1:0", 32_000],
    ["claude-3-haiku-20240307", 4_096],
    ["claude-3-5-haiku-latest", 8_192],
    ["kimi-k3", 4_096],
  ])("is what the model %s surely takes when nobody names it", (model, most) => {
    expect(modelTraits(model).maxTokens).toBe(most);
    expect(written({}, model)["max_tokens"]).toBe(most);
  });
});

describe("what the API has no place for", () => {
  const assistant = (part: (CanonicalMessage & { readonly role: "assistant" })["content"][number]) => ({
    messages: [{ role: "assistant", content: [part] } as const],
  });
  const user = (part: (CanonicalMessage & { readonly role: "user" })["content"][number]) => ({
    messages: [{ role: "user", content: [part] } as const],
  });

  it.each<readonly [string, Partial<CanonicalRequest>]>([
    ["seed", { seed: 7 }],
    ["presence_penalty", { presencePenalty: 0.5 }],
    ["logprobs", { topLogprobs: 0 }],
    ["verbosity", { verbosity: "low" }],
    ["metadata", { metadata: { a: 1 } }],
    ["service_tier", { serviceTier: "flex" }],
    ["response_format", { responseFormat: { type: "json" } }],
    ["tool_choice", { toolChoice: "required" }],
    ["top_p", { temperature: 0.5, topP: 0.5 }],
    ["input_audio", user({ type: "audio-data", data: "", format: "wav" })],
    ["file.file_data", user({ type: "document-data", data: "", mediaType: "text/csv", name: null })],
    ["reasoning", assistant({ type: "reasoning", text: "Hm.", signature: null, data: null })],
  ])("is refused by its name: %s", (field, set) => {
    expect(() => written(set)).toThrow(`The field ${field} cannot be sent to the provider p.`);
  });

  it("passes where it asks for nothing", () => {
    const nothing = {
      presencePenalty: 0,
      frequencyPenalty: 0,
      verbosity: "medium",
      serviceTier: "auto",
      toolChoice: "auto",
    } as const;
    expect(written({ ...nothing, temperature: 0.5, topP: 1 })).toEqual({ ...written({}), temperature: 0.5 });
  });
});

describe("texts without words", () => {
  it("are left out, as the API refuses them", () => {
    const messages: readonly CanonicalMessage[] = [
      { role: "system", text: "" },
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "text", text: "Hi" },
        ],
      },
    ];
    expect(written({ messages })).toEqual(written({}));
  });
});
