import { describe, expect, it } from "vitest";
import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { fromCanonical } from "./from-canonical.ts";
import { toCanonical } from "./to-canonical.ts";

const plain = toCanonical({ model: "m", messages: [{ role: "user", content: "Hi" }] }, "other");

function written(request: Partial<CanonicalRequest>, model = "gpt-5", reportsStreamUsage = true): JsonObject {
  const ask = { provider: "other", model, stream: true, reportsStreamUsage };
  return JSON.parse(fromCanonical({ ...plain, ...request }, ask).toString()) as JsonObject;
}

describe("a canonical request as a chat completion", () => {
  it.each([
    ["gpt-5", "max_completion_tokens"],
    ["o3-mini", "max_completion_tokens"],
    ["openai/gpt-4o", "max_completion_tokens"],
    ["gpt-oss-120b", "max_tokens"],
    ["openai/gpt-oss-20b", "max_tokens"],
    ["mistral-large-2411", "max_tokens"],
    ["olmo-2", "max_tokens"],
  ])("limits the tokens of %s by the name %s", (model, name) => {
    const limits = Object.keys(written({ maxTokens: 9 }, model)).filter((key) => key.startsWith("max_"));
    expect(limits).toEqual([name]);
  });

  it("asks for the usage of a stream only where the provider can report it", () => {
    expect(written({}, "m", true)["stream_options"]).toEqual({ include_usage: true });
    expect(written({}, "m", false)["stream_options"]).toBeUndefined();
  });

  describe("for a provider that does not know some of its fields", () => {
    const unknown = [
      "tool_choice",
      "parallel_tool_calls",
      "service_tier",
      "frequency_penalty",
      "seed",
      "user",
      "store",
    ];
    const tools = [{ name: "find", description: null, parameters: { type: "object" }, strict: null }];
    const sent = (request: Partial<CanonicalRequest>): JsonObject => {
      const ask = { provider: "other", model: "m", stream: false, reportsStreamUsage: false, unknown };
      return JSON.parse(fromCanonical({ ...plain, ...request }, ask).toString()) as JsonObject;
    };

    it("leaves out what asks for nothing there", () => {
      const idle = {
        toolChoice: "auto",
        parallelToolCalls: true,
        serviceTier: "default",
        frequencyPenalty: 0,
      } as const;
      expect(Object.keys(sent({ tools, ...idle }))).toEqual(["model", "messages", "tools"]);
    });

    it.each([
      ["tool_choice", { tools, toolChoice: "required" }],
      ["tool_choice", { tools, toolChoice: { name: "find" } }],
      ["parallel_tool_calls", { tools, parallelToolCalls: false }],
      ["service_tier", { serviceTier: "flex" }],
      ["frequency_penalty", { frequencyPenalty: 0.5 }],
      ["seed", { seed: 7 }],
    ] as const)("refuses %s by its name", (field, request) => {
      const named: unknown = expect.objectContaining({
        code: "untranslatable",
        details: expect.objectContaining({ field }),
      });
      expect(() => sent(request)).toThrow(named);
    });
  });

  it("has no place for reasoning", () => {
    const messages: CanonicalRequest["messages"] = [
      { role: "assistant", content: [{ type: "reasoning", text: "Hm.", signature: "c2ln", data: null }] },
    ];
    expect(() => written({ messages })).toThrow("messages[0].content (reasoning)");
  });

  it("says that a tool failed", () => {
    const messages: CanonicalRequest["messages"] = [
      { role: "tool", toolCallId: "a", content: [{ type: "text", text: "gone" }], isError: true },
    ];
    expect(written({ messages })["messages"]).toEqual([
      {
        role: "tool",
        tool_call_id: "a",
        content: [
          { type: "text", text: "Error:" },
          { type: "text", text: "gone" },
        ],
      },
    ]);
  });

  it("does not think where thinking is off", () => {
    expect(written({ reasoningTokens: 0 })["reasoning_effort"]).toBe("none");
    expect(written({ reasoningTokens: 2_000 })["reasoning_effort"]).toBe("low");
    expect(written({ reasoningTokens: 10_000 })["reasoning_effort"]).toBe("medium");
    expect(written({ reasoningTokens: 60_000 })["reasoning_effort"]).toBe("high");
  });

  it.each([["metadata", { metadata: { a: "b" } }, "metadata"]])(
    "is refused with the field's name for %s",
    (_, request, field) => {
      expect(() => written(request)).toThrow(
        expect.objectContaining({ code: "untranslatable", details: expect.objectContaining({ field }) as unknown }),
      );
    },
  );
});
