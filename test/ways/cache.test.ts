import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chat, freshQuestion, headersOf, startCacheStage } from "../fixtures/cache-stage.ts";
import type { CacheStage } from "../fixtures/cache-stage.ts";

let stage: CacheStage;

beforeAll(async () => {
  stage = await startCacheStage();
});

afterAll(() => stage.stop());

describe("an exact cache", () => {
  test("gives the answer again, says so, and charges nothing", async () => {
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    const asked = stage.upstream.asked.length;
    const second = await stage.hear("faq", question);
    expect(stage.upstream.asked.length).toBe(asked);
    expect(second.text).toBe(first.text);
    expect([first.cache, second.cache]).toEqual(["miss", "hit"]);
    expect([first.tier, second.tier]).toEqual(["primary", "cache:exact"]);
    const call = await stage.recorded(second.callId);
    expect(call).toMatchObject({ tier: "cache:exact", cost_pico: "0", usage: null, attempts: [], outcome: "ok" });
    expect(call.stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(["recall", "deliver"]));
  });

  test("one entry answers whole and streamed, in every dialect", async () => {
    const question = freshQuestion();
    const first = await stage.openai().chat.completions.create({ ...chat("faq", question), max_tokens: 64 });
    const asked = stage.upstream.asked.length;
    const text = first.choices[0]?.message.content;

    const form = { stream: true, stream_options: { include_usage: true } } as const;
    const { data: stream, response: head } = await stage
      .openai()
      .chat.completions.create({ ...chat("faq", question), max_tokens: 64, ...form })
      .withResponse();
    let streamed = "";
    let usage: unknown = null;
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    const response = await stage.openai().responses.create({ model: "faq", input: question, max_output_tokens: 64 });
    const message = await stage.anthropic().messages.create({ ...chat("faq", question), max_tokens: 64 });
    const streamedMessage = await stage
      .anthropic()
      .messages.stream({ ...chat("faq", question), max_tokens: 64 })
      .finalMessage();

    expect([streamed, response.output_text]).toEqual([text, text]);
    const call = await stage.recorded(headersOf(head).callId);
    expect(call).toMatchObject({ stream: true, finish_reason: "stop", cache: { status: "hit" } });
    expect(call.first_token_ms).not.toBeNull();
    expect(message.content).toEqual([{ type: "text", text }]);
    expect(streamedMessage.content).toEqual([{ type: "text", text }]);
    expect(usage).toMatchObject({
      prompt_tokens: 11,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 3 },
    });
    expect(response.usage).toMatchObject({ input_tokens: 11, output_tokens: 7 });
    expect(message.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 3, output_tokens: 7 });
    expect(message.stop_reason).toBe("end_turn");
    expect(stage.upstream.asked.length).toBe(asked);
  });
});

test("a response from the cache can be gone on with like any other", async () => {
  const first = await stage.openai().responses.create({ model: "faq", input: freshQuestion() });
  const again = await stage.openai().responses.create({ model: "faq", input: `Question ${first.id}?` });
  const { data: hit, response } = await stage
    .openai()
    .responses.create({ model: "faq", input: `Question ${first.id}?` })
    .withResponse();
  expect(headersOf(response).cache).toBe("hit");
  expect(hit.id).not.toBe(again.id);
  expect((await stage.openai().responses.retrieve(hit.id)).output_text).toBe(again.output_text);
  await stage.openai().responses.create({ model: "faq", input: "And then?", previous_response_id: hit.id });
  const sent = JSON.stringify(stage.upstream.asked.at(-1)?.body["messages"]);
  expect(sent).toContain(again.output_text);
});

describe("what keeps answers apart", () => {
  test("two tenants with the same question never share an answer", async () => {
    const question = freshQuestion();
    const mine = await stage.hear("faq", question);
    const theirs = await stage.hear("faq", question, { key: stage.otherKey });
    expect(theirs.cache).toBe("miss");
    expect(theirs.text).not.toBe(mine.text);
    expect((await stage.hear("faq", question, { key: stage.otherKey })).text).toBe(theirs.text);
  });

  test("they do where the release says that its answers are public", async () => {
    const question = freshQuestion();
    const mine = await stage.hear("public", question);
    const theirs = await stage.hear("public", question, { key: stage.otherKey });
    expect([theirs.cache, theirs.text]).toEqual(["hit", mine.text]);
  });

  test("a field that nobody knows makes another question, and the same one again", async () => {
    const question = { ...chat("faq", freshQuestion()), some_new_field: { depth: 1 } };
    const ask = (body: object) =>
      stage
        .openai()
        .chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming)
        .withResponse();
    const first = await ask(question);
    const again = await ask(question);
    const other = await ask({ ...question, some_new_field: { depth: 2 } });
    expect([first, again, other].map(({ response }) => headersOf(response).cache)).toEqual(["miss", "hit", "miss"]);
  });

  test("who asks, and in which form, makes no other question", async () => {
    const question = chat("faq", freshQuestion());
    await stage.openai().chat.completions.create({ ...question, user: "ada", metadata: { session_id: "one" } });
    const asked = stage.upstream.asked.length;
    await stage.openai().chat.completions.create({ ...question, user: "grace", metadata: { session_id: "two" } });
    expect(stage.upstream.asked.length).toBe(asked);
  });
});

test("the keys of one tenant share where the release says so, and a key of none shares with nobody", async () => {
  const keyOf = async (tenant: string | null): Promise<string> => {
    const { body } = await stage.server.ask("POST", "/api/keys", { name: "x", scopes: ["inference"], tenant });
    return (body as { secret: string }).secret;
  };
  const [one, two, other, none] = await Promise.all(["acme", "acme", "umbrella", null].map(keyOf));
  const question = freshQuestion();
  const caches = [];
  for (const key of [one, two, other, none, one])
    caches.push((await stage.hear("family", question, { key: key ?? "" })).cache);
  expect(caches).toEqual(["miss", "hit", "miss", "miss", "hit"]);
});

describe("what is not kept", () => {
  const isKept = async (model: string, body: object = {}): Promise<boolean> => {
    const question = { ...chat(model, freshQuestion()), ...body } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    await stage.openai().chat.completions.create(question);
    const { response } = await stage.openai().chat.completions.create(question).withResponse();
    return headersOf(response).cache === "hit";
  };

  const schema = { type: "object" as const, properties: { order: { type: "integer" } } };
  const tools = [{ type: "function" as const, function: { name: "look_up", parameters: schema } }];
  const call = { id: "call_1", type: "function", function: { name: "look_up", arguments: '{"order":1}' } };

  test("truncated, refused, filtered and empty answers", async () => {
    for (const said of [
      { message: { content: "Half of" }, finish: "length" },
      { message: { content: null, refusal: "I will not." } },
      { message: { content: "Some" }, finish: "content_filter" },
      { message: { content: "  " } },
    ]) {
      stage.upstream.script(said, said);
      expect(await isKept("faq")).toBe(false);
    }
  });

  test("answers with sources, which another dialect could not tell", async () => {
    const annotations = [{ type: "url_citation", url_citation: { url: "https://example.com", title: "x" } }];
    const said = { message: { content: "So they say.", annotations } };
    stage.upstream.script(said, said);
    expect(await isKept("faq")).toBe(false);
  });

  test("answers in which a check found something", async () => {
    const said = { message: { content: "This is no JSON." } };
    stage.upstream.script(said, said);
    expect(await isKept("faq", { response_format: { type: "json_object" } })).toBe(false);
    stage.upstream.script({ message: { content: '{"fine":true}' } });
    expect(await isKept("faq", { response_format: { type: "json_object" } })).toBe(true);
  });

  test("answers of another model than the one that was wanted", async () => {
    const question = freshQuestion();
    stage.upstream.script(null);
    const rescued = await stage.hear("chained", question);
    expect([rescued.tier, rescued.cache]).toEqual(["fallback:1", "miss"]);
    expect((await stage.recorded(rescued.callId)).cache).toMatchObject({ kept: "fallback" });
    expect(await stage.hear("chained", question)).toMatchObject({ tier: "primary", cache: "miss" });
    expect((await stage.hear("chained", question)).cache).toBe("hit");
  });

  test("answers that call tools, unless the release keeps them", async () => {
    const said = { message: { content: null, tool_calls: [call] }, finish: "tool_calls" };
    stage.upstream.script(said, said);
    expect(await isKept("faq", { tools })).toBe(false);
    stage.upstream.script(said);
    expect(await isKept("agent", { tools })).toBe(true);
    // Nobody offered the tool that it calls.
    stage.upstream.script(said, said);
    expect(await isKept("agent")).toBe(false);
  });

  test("drawn answers, unless the release keeps them", async () => {
    expect(await isKept("drawn")).toBe(false);
    expect(await isKept("drawn", { temperature: 0.7 })).toBe(false);
    expect(await isKept("drawn", { temperature: 0 })).toBe(true);
    expect(await isKept("agent", { temperature: 0.7 })).toBe(true);
  });

  test("several choices, log-probabilities, and what the provider is to store", async () => {
    for (const body of [{ n: 2 }, { logprobs: true }, { store: true }]) expect(await isKept("faq", body)).toBe(false);
  });

  test("anything of an endpoint without a policy, which says nothing of a cache", async () => {
    const { response } = await stage.openai().chat.completions.create(chat("plain", freshQuestion())).withResponse();
    expect(headersOf(response)).toMatchObject({ cache: null, tier: "primary" });
  });

  test("tool calls are given again with their ids in every dialect", async () => {
    const said = { message: { content: "Looking.", tool_calls: [call] }, finish: "tool_calls" };
    stage.upstream.script(said);
    const question = { ...chat("agent", freshQuestion()), max_tokens: 50 };
    const first = await stage.openai().chat.completions.create({ ...question, tools, stream: true });
    for await (const _ of first);
    const asked = stage.upstream.asked.length;
    const whole = await stage.openai().chat.completions.create({ ...question, tools });
    expect(whole.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: [call] } });
    const offered = { ...question, tools: [{ name: "look_up", input_schema: schema }] };
    const message = await stage.anthropic().messages.stream(offered).finalMessage();
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toMatchObject([
      { type: "text", text: "Looking." },
      { type: "tool_use", id: "call_1", name: "look_up", input: { order: 1 } },
    ]);
    expect(stage.upstream.asked.length).toBe(asked);
  });
});

describe("a client's wish", () => {
  test.each(["chat/completions", "messages", "responses"])(
    "a wish that means nothing is refused at %s",
    async (path) => {
      const response = await fetch(`${stage.server.url}/v1/${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          "content-type": "application/json",
          "x-rollward-cache": "nonsense",
        },
        body: JSON.stringify(chat("faq", "Hello?")),
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("is `bypass`, `refresh` or `exact`");
    },
  );

  test("no-store and bypass go past the cache and leave nothing there", async () => {
    const question = freshQuestion();
    const bypassed = await stage.hear("faq", question, { headers: { "cache-control": "no-store" } });
    expect(bypassed.cache).toBe("bypass");
    expect((await stage.hear("faq", question, { headers: { "x-rollward-cache": "bypass" } })).cache).toBe("bypass");
    expect((await stage.hear("faq", question)).cache).toBe("miss");
    expect((await stage.recorded(bypassed.callId)).cache).toMatchObject({
      status: "bypass",
      bypassed: "client",
      key: null,
    });
  });

  test("no-cache and refresh put a new answer in the place of the older one", async () => {
    const question = freshQuestion();
    const old = await stage.hear("faq", question);
    const renewed = await stage.hear("faq", question, { headers: { "x-rollward-cache": "refresh" } });
    expect([renewed.cache, renewed.text === old.text]).toEqual(["miss", false]);
    expect((await stage.hear("faq", question)).text).toBe(renewed.text);
    expect((await stage.hear("faq", question, { headers: { "cache-control": "no-cache" } })).cache).toBe("miss");
  });

  test("max-age takes what is young enough and nothing else", async () => {
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    await stage.age(first.callId, 30_000);
    expect((await stage.hear("faq", question, { headers: { "cache-control": "max-age=60" } })).cache).toBe("hit");
    expect((await stage.hear("faq", question, { headers: { "cache-control": "max-age=10" } })).cache).toBe("miss");
  });
});
