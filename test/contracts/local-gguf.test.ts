import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLocalGguf } from "../../src/adapters/providers/local-gguf/local-gguf.ts";
import type { ConversingProvider } from "../../src/ports/provider.ts";
import { until } from "../fixtures/recording-sink.ts";
import { EventLog, ask, questionFor } from "./conversing-subject.ts";

/** A small instruction model, for example SmolLM2-135M; the tests are about the way to it, not about what it says. */
const FILE = process.env["ROLLWARD_TEST_GGUF"];
/** Path of `node-llama-cpp/dist/index.js` when the package is not among Rollward's own. */
const LIBRARY = process.env["ROLLWARD_TEST_LLAMA"] ?? "node-llama-cpp";

const TERMS = { name: "own", prices: new Map(), breaker: null, parallel: 2, threads: 1, library: LIBRARY };

const say = (text: string): { readonly messages: [{ role: "user"; content: [{ type: "text"; text: string }] }] } => ({
  messages: [{ role: "user", content: [{ type: "text", text }] }],
});

// Needs a model file and a native package of some hundred megabytes, so it runs where both are given.
describe.skipIf(FILE === undefined)("a local model", () => {
  let provider: ConversingProvider;

  beforeAll(async () => {
    const models = new Map([["small", { file: FILE ?? "", contextTokens: 1_024 }]]);
    provider = await createLocalGguf({ ...TERMS, models });
  }, 300_000);
  afterAll(() => provider.close());

  test("answers in pieces, counts its tokens and ends for a reason", async () => {
    const log = await ask(provider, questionFor("small", true, { ...say("Say hello."), maxTokens: 12 }));
    expect(log.error).toBeNull();
    expect(log.events[0]).toEqual({ type: "answer-start", id: "call_01", model: "small" });
    expect(log.events.filter(({ type }) => type === "text-delta").length).toBeGreaterThan(1);
    const usage = log.events.find((event) => event.type === "usage");
    expect(
      usage?.type === "usage" && usage.usage.input > 5 && usage.usage.output >= 1 && usage.usage.output <= 13,
    ).toBe(true);
    expect(log.events.at(-1)?.type).toBe("end");
  });

  test("says the same for the same seed, and stops at the limit", async () => {
    const request = questionFor("small", false, {
      ...say("Tell me a story."),
      maxTokens: 10,
      seed: 7,
      temperature: 0.9,
    });
    const [one, other] = [await ask(provider, request), await ask(provider, request)];
    expect(one.text).toBe(other.text);
    expect(one.events.at(-1)).toEqual({ type: "end", finishReason: "length" });
  });

  test("answers several calls at a time and keeps the others in line", async () => {
    const logs = await Promise.all(
      [1, 2, 3, 4].map((n) => ask(provider, questionFor("small", true, { ...say(`Count to ${n}.`), maxTokens: 8 }))),
    );
    expect(logs.map(({ ends, error }) => [ends, error])).toEqual(logs.map(() => [1, null]));
  });

  test("stops when a call is aborted, and serves the next one", async () => {
    const log = new EventLog();
    const flow = provider.converse(
      questionFor("small", true, { ...say("Tell me a long story."), maxTokens: 900 }),
      log,
    );
    await log.begun;
    const told = log.events.length;
    flow.abort();
    const next = await ask(provider, questionFor("small", true, { ...say("Say hello."), maxTokens: 3 }));
    expect([log.events.length, log.ends, log.error, next.ends]).toEqual([told, 0, null, 1]);
  });

  test("gives no event while it is paused and loses none", async () => {
    const log = new EventLog();
    const request = questionFor("small", true, { ...say("Say hello."), maxTokens: 12, seed: 3 });
    const whole = await ask(provider, request);
    const flow = provider.converse(request, log);
    await log.begun;
    flow.pause();
    const told = log.events.length;
    await ask(provider, questionFor("small", true, { ...say("Say hello."), maxTokens: 12 }));
    expect(log.events).toHaveLength(told);
    flow.resume();
    await log.over;
    expect(log.text).toBe(whole.text);
  });

  test("refuses a conversation that its context cannot hold, and what it has no place for", async () => {
    const long = await ask(provider, questionFor("small", true, say("word ".repeat(3_000))));
    expect(long.error).toMatchObject({ code: "provider_context_overflow", retryable: false });
    const tool = { name: "lookup", description: null, parameters: {}, strict: null };
    const { error } = await ask(provider, questionFor("small", true, { tools: [tool] }));
    expect(error).toMatchObject({ code: "untranslatable", details: { field: "tools" } });
  });

  test("keeps to a JSON schema", async () => {
    const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] } as const;
    const responseFormat = { type: "json-schema", name: "answer", schema, strict: true } as const;
    const log = await ask(
      provider,
      questionFor("small", false, { ...say("Is it so?"), responseFormat, maxTokens: 100 }),
    );
    expect(JSON.parse(log.text)).toEqual({ ok: expect.any(Boolean) as boolean });
  });

  test("lets the event loop go on while it thinks", async () => {
    const log = new EventLog();
    provider.converse(questionFor("small", true, { ...say("Tell me a long story."), maxTokens: 60 }), log);
    let turns = 0;
    await until(() => {
      turns += 1;
      return log.ends === 1;
    });
    expect(turns).toBeGreaterThan(60);
  });
});

test("says how to install the package when it is absent", async () => {
  const models = new Map([["small", { file: "/nowhere/model.gguf", contextTokens: 512 }]]);
  await expect(createLocalGguf({ ...TERMS, library: "a-package-that-is-not-there", models })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("npm install node-llama-cpp") as string,
  });
});
