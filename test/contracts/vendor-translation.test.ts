import { describe, expect, test } from "vitest";
import type { CallEvent, CanonicalMessage, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { bedrockAnswer } from "../fixtures/bedrock-upstream.ts";
import { cohereAnswer } from "../fixtures/cohere-upstream.ts";
import { geminiAnswer } from "../fixtures/gemini-upstream.ts";
import type { WireRequest } from "../fixtures/scripted-upstream.ts";
import { FORMS, ask, questionFor } from "./conversing-subject.ts";
import type { EventLog } from "./conversing-subject.ts";
import { VENDORS, text, user, vendorSender } from "./vendor-sender.ts";
import type { VendorName } from "./vendor-sender.ts";

const { open, put, sent } = vendorSender();

const PDF = { type: "document-data", data: "JVBERi0=", mediaType: "application/pdf", name: "bill.pdf" } as const;
const PNG = { type: "image-data", data: "iVBORw0=", mediaType: "image/png" } as const;
const CALL = { type: "tool-call", id: "call_1", name: "lookup", arguments: '{"order":"7"}' } as const;
const RESULT: CanonicalMessage = {
  role: "tool",
  toolCallId: "call_1",
  content: [text("It is on its way.")],
  isError: false,
};

describe("a setting that a vendor has no place for", () => {
  test.each([
    ["gemini", { user: "u-1" }, "user"],
    ["gemini", { topLogprobs: 2 }, "logprobs"],
    ["gemini", { verbosity: "low" }, "verbosity"],
    ["gemini", { parallelToolCalls: false }, "parallel_tool_calls"],
    ["gemini", { serviceTier: "scale" }, "service_tier"],
    ["bedrock", { seed: 7 }, "seed"],
    ["bedrock", { presencePenalty: 0.5 }, "presence_penalty"],
    ["bedrock", { user: "u-1" }, "user"],
    ["cohere", { serviceTier: "flex" }, "service_tier"],
    ["cohere", { messages: [user(text("Look."), PDF)] }, "messages.content (document-data)"],
    [
      "gemini",
      { messages: [user({ type: "document", url: "https://example.com/a.pdf", name: null })] },
      "messages.content (document)",
    ],
    [
      "bedrock",
      { messages: [user({ type: "audio-data", data: "AAAA", format: "wav" })] },
      "messages.content (audio-data)",
    ],
    [
      "cohere",
      {
        messages: [
          user(text("?")),
          {
            role: "assistant",
            content: [{ type: "reasoning", text: "Hm.", signature: "s", data: null }, text("Yes.")],
          },
        ],
      },
      "messages.content (reasoning)",
    ],
    [
      "bedrock",
      {
        messages: [
          user(text("?")),
          {
            role: "assistant",
            content: [{ type: "reasoning", text: "Hm.", signature: null, data: null }, text("Yes.")],
          },
          user(text("!")),
        ],
      },
      "messages.content (reasoning without signature)",
    ],
  ] satisfies readonly (readonly [VendorName, Partial<CanonicalRequest>, string])[])(
    "is refused by %s with the field's name and nothing is sent, %#",
    async (name, set, field) => {
      const { log, upstream } = await put(name, set);
      expect(log.error).toMatchObject({ code: "untranslatable", details: { field, provider: name } });
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

describe("what a request says", () => {
  test("reaches Gemini with its documents, tools and settings", async () => {
    const body = await sent("gemini", {
      messages: [{ role: "system", text: "Be brief." }, user(text("Read this."), PDF, PNG)],
      tools: [
        {
          name: "lookup",
          description: "Finds.",
          parameters: { type: "object", properties: { order: { type: "string" } } },
          strict: null,
        },
      ],
      toolChoice: { name: "lookup" },
      temperature: 0.5,
      topK: 40,
      stop: ["END"],
      seed: 7,
      reasoningTokens: 512,
      serviceTier: "flex",
    });
    expect(body["systemInstruction"]).toEqual({ parts: [{ text: "Be brief." }] });
    expect(body["contents"]).toEqual([
      {
        role: "user",
        parts: [
          { text: "Read this." },
          { inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } },
          { inlineData: { mimeType: "image/png", data: "iVBORw0=" } },
        ],
      },
    ]);
    expect(body["generationConfig"]).toMatchObject({
      maxOutputTokens: 200,
      temperature: 0.5,
      topK: 40,
      stopSequences: ["END"],
      seed: 7,
      thinkingConfig: { thinkingBudget: 512, includeThoughts: true },
    });
    expect(body["toolConfig"]).toMatchObject({
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["lookup"] },
    });
    expect(body["serviceTier"]).toBe("flex");
  });

  test("reaches Cohere with its tools and its budget of thought", async () => {
    const body = await sent("cohere", {
      messages: [user(text("?")), { role: "assistant", content: [CALL] }, RESULT],
      tools: [{ name: "lookup", description: null, parameters: { type: "object" }, strict: null }],
      reasoningTokens: 100,
      topP: 0.9,
    });
    expect(body).toMatchObject({
      p: 0.9,
      max_tokens: 200,
      thinking: { type: "enabled", token_budget: 100 },
      stream: true,
    });
    expect(body["messages"]).toMatchObject([
      { role: "user", content: "?" },
      { role: "assistant", tool_calls: [{ id: "call_1", function: { name: "lookup", arguments: '{"order":"7"}' } }] },
      { role: "tool", tool_call_id: "call_1", content: "It is on its way." },
    ]);
  });

  test.each(["cohere", "gemini", "bedrock"] as const)("reaches %s at its ordinary tier", async (name) => {
    const { log, upstream } = await put(name, { serviceTier: "default" });
    expect([log.error, upstream.requests.length]).toEqual([null, 1]);
  });

  test.each(Object.keys(VENDORS) as VendorName[])(
    "goes to %s with the key of the asked number and our headers alone",
    async (name) => {
      const { provider, upstream } = await open(name);
      await ask(provider, { ...questionFor(VENDORS[name].model, true), key: 1 });
      const headers = upstream.requests[0]?.headers ?? {};
      expect(JSON.stringify(headers)).toContain("key-one");
      expect(JSON.stringify(headers)).not.toContain("key-zero");
      expect(headers["user-agent"]).toMatch(/^rollward\/[\d.]+$/);
      expect(JSON.stringify(headers)).not.toContain("ai-sdk");
    },
  );
});

const reasoning = ({ events }: EventLog): readonly CallEvent[] =>
  events.filter(({ type }) => type.startsWith("reasoning"));

/** What a client sends back: the reasoning of an answer as parts. */
const thoughtOf = (log: EventLog): string =>
  log.events.map((event) => (event.type === "reasoning-delta" ? event.text : "")).join("");

describe("reasoning", () => {
  test.each(FORMS)("keeps the signature of Bedrock's, and gives it back unchanged, %s", async (_, stream) => {
    const { provider, upstream } = await open("bedrock");
    const blocks = [
      { reasoningContent: { reasoningText: { text: "They greet me.", signature: "c2ln" } } },
      { text: "Hi." },
    ];
    upstream.play(bedrockAnswer(blocks));
    const log = await ask(provider, questionFor(VENDORS.bedrock.model, stream));
    expect([log.error, log.text, thoughtOf(log)]).toEqual([null, "Hi.", "They greet me."]);
    expect(reasoning(log).at(-1)).toEqual({
      type: "reasoning-end",
      signature: "c2ln",
      data: null,
      origin: "anthropic",
    });
    const back: CanonicalMessage = {
      role: "assistant",
      content: [{ type: "reasoning", text: "They greet me.", signature: "c2ln", data: null }, text("Hi.")],
    };
    await ask(
      provider,
      questionFor(VENDORS.bedrock.model, stream, { messages: [user(text("?")), back, user(text("!"))] }),
    );
    expect(upstream.requests[1]?.body["messages"]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: blocks },
      { role: "user" },
    ]);
  });

  test.each(FORMS)(
    "puts the signature of Gemini's call before it, and gives it back with the call, %s",
    async (_, stream) => {
      const { provider, upstream } = await open("gemini");
      const call = { functionCall: { name: "lookup", args: { order: "7" } }, thoughtSignature: "c2ln" };
      const shown = { path: `/v1beta/models/${VENDORS.gemini.model}:generateContent` } as WireRequest;
      upstream.play(geminiAnswer(shown, [{ text: "They ask for an order.", thought: true }, call]));
      const log = await ask(provider, questionFor(VENDORS.gemini.model, stream));
      expect([log.error, thoughtOf(log)]).toEqual([null, "They ask for an order."]);
      const signed = log.events.findIndex((event) => event.type === "reasoning-end" && event.signature === "c2ln");
      expect(signed).toBeGreaterThanOrEqual(0);
      expect(log.events[signed + 1]).toMatchObject({ type: "tool-call-start", name: "lookup" });
      const back: CanonicalMessage = {
        role: "assistant",
        content: [{ type: "reasoning", text: null, signature: "c2ln", data: null }, CALL],
      };
      await ask(provider, questionFor(VENDORS.gemini.model, stream, { messages: [user(text("?")), back, RESULT] }));
      const contents = upstream.requests[1]?.body["contents"] as readonly { parts: readonly object[] }[];
      expect(contents[1]?.parts).toEqual([expect.objectContaining({ thoughtSignature: "c2ln" })]);
    },
  );

  test("gives Gemini every signature of a turn, also one that nothing follows", async () => {
    const signed = (signature: string) =>
      ({ type: "reasoning", text: null, signature, data: null, origin: "google" }) as const;
    const back: CanonicalMessage = {
      role: "assistant",
      content: [signed("one"), signed("two"), text("Hi."), signed("three")],
    };
    const body = await sent("gemini", { messages: [user(text("?")), back, user(text("!"))] });
    expect((body["contents"] as readonly object[])[1]).toEqual({
      role: "model",
      parts: [
        { text: "", thoughtSignature: "one" },
        { text: "Hi.", thoughtSignature: "two" },
        { text: "", thoughtSignature: "three" },
      ],
    });
  });

  test.each(FORMS)("is told apart from text at Cohere, %s", async (_, stream) => {
    const { provider, upstream } = await open("cohere");
    upstream.play(cohereAnswer({ thinking: "They greet me.", text: "Hi." }));
    const log = await ask(provider, questionFor(VENDORS.cohere.model, stream));
    expect([log.error, log.text, thoughtOf(log)]).toEqual([null, "Hi.", "They greet me."]);
  });
});

describe("usage", () => {
  test.each(FORMS)("counts each token of Gemini in one class, %s", async (_, stream) => {
    const { provider, upstream } = await open("gemini");
    const counts = {
      promptTokenCount: 3_010,
      cachedContentTokenCount: 3_000,
      candidatesTokenCount: 40,
      thoughtsTokenCount: 30,
      totalTokenCount: 3_080,
    };
    const shown = { path: `/v1beta/models/${VENDORS.gemini.model}:generateContent` } as WireRequest;
    upstream.play(geminiAnswer(shown, [{ text: "Hi." }], counts));
    const { events } = await ask(provider, questionFor(VENDORS.gemini.model, stream));
    expect(events.find(({ type }) => type === "usage")).toEqual({
      type: "usage",
      usage: { input: 10, cachedInput: 3_000, cacheWrite: 0, output: 40, reasoning: 30 },
    });
  });

  test.each(FORMS)("counts each token of Bedrock in one class, %s", async (_, stream) => {
    const { provider, upstream } = await open("bedrock");
    const counts = {
      inputTokens: 10,
      cacheReadInputTokens: 3_000,
      cacheWriteInputTokens: 200,
      outputTokens: 70,
      totalTokens: 3_280,
    };
    upstream.play(bedrockAnswer([{ text: "Hi." }], "end_turn", counts));
    const { events } = await ask(provider, questionFor(VENDORS.bedrock.model, stream));
    expect(events.find(({ type }) => type === "usage")).toEqual({
      type: "usage",
      usage: { input: 10, cachedInput: 3_000, cacheWrite: 200, output: 70, reasoning: 0 },
    });
  });
});

describe("a conversation that is too long", () => {
  test.each([
    [
      "gemini",
      {
        error: {
          code: 400,
          message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
          status: "INVALID_ARGUMENT",
        },
      },
    ],
    ["bedrock", { message: "Input is too long for requested model." }],
    [
      "cohere",
      {
        id: "err-01",
        message: "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.",
      },
    ],
  ] as const)("is told as such by %s", async (name, body) => {
    const { provider, upstream } = await open(name);
    upstream.play({ status: 400, body: JSON.stringify(body) });
    const { error } = await ask(provider, questionFor(VENDORS[name].model, true));
    expect(error?.code).toBe("provider_context_overflow");
  });
});
