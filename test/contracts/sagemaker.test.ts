import { afterEach, describe, expect, test } from "vitest";
import { createSageMaker } from "../../src/adapters/providers/aws/sage-maker.ts";
import { signV4 } from "../../src/adapters/providers/aws/sign-v4.ts";
import type { RollwardError } from "../../src/domain/errors.ts";
import type { ForwardRequest, WireProvider } from "../../src/ports/provider.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { middleOfFive } from "../fixtures/middle-of-five.ts";
import { RecordingSink, turn } from "../fixtures/recording-sink.ts";
import { SAGEMAKER_TEXT, sageMakerWire } from "../fixtures/sagemaker-upstream.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream } from "../fixtures/scripted-upstream.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const MODEL = "llama-endpoint";
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: "a-session-token" };

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(): Promise<{ provider: WireProvider; upstream: ScriptedUpstream; clock: HandClock }> {
  const upstream = await startScriptedUpstream(sageMakerWire(SECRET));
  const clock = new HandClock();
  const provider = createSageMaker({
    name: "sagemaker",
    region: "eu-central-1",
    baseUrl: upstream.origin,
    credentials: CREDENTIALS,
    keyEnv: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    prices: new Map(),
    answerBytes: 64 * 1024 * 1024,
    breaker: null,
    allowPrivate: false,
    clock,
  });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return { provider, upstream, clock };
}

const requestFor = (stream: boolean): ForwardRequest => ({
  callId: "call_1",
  dialect: "openai-chat",
  model: MODEL,
  bytes: Buffer.from(JSON.stringify({ model: MODEL, stream, messages: [{ role: "user", content: "Well?" }] })),
  connectMs: 5_000,
});

async function ask(provider: WireProvider, stream: boolean): Promise<RecordingSink> {
  const sink = new RecordingSink();
  provider.forward(requestFor(stream), sink);
  await sink.over;
  return sink;
}

const textOf = (stream: Buffer): string =>
  stream
    .toString()
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "")
    .join("");

const faultIn = (provider: WireProvider, sink: RecordingSink): RollwardError =>
  provider.fault(sink.status, sink.headers, sink.body);

describe("the provider sagemaker", () => {
  test("sends the request's bytes as they are to the endpoint, whole and streamed", async () => {
    const { provider, upstream } = await open();
    for (const stream of [false, true]) await ask(provider, stream);
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      `/endpoints/${MODEL}/invocations`,
      `/endpoints/${MODEL}/invocations-response-stream`,
    ]);
    for (const [index, { text }] of upstream.requests.entries())
      expect(text).toBe(requestFor(index === 1).bytes.toString());
  });

  test("signs each request with the credentials at the time of the clock", async () => {
    const { provider, upstream, clock } = await open();
    await ask(provider, true);
    const [request] = upstream.requests;
    if (request === undefined) throw new Error("There was no request.");
    const { headers, path, text } = request;
    const expected = signV4(
      { method: "POST", url: new URL(path, upstream.origin), headers: {}, body: Buffer.from(text) },
      { credentials: CREDENTIALS, region: "eu-central-1", service: "sagemaker", nowMs: clock.now() },
    );
    expect(headers).toMatchObject(expected);
    expect(headers["x-amz-date"]).toBe("20261121T000000Z");
    expect(headers["x-amz-security-token"]).toBe("a-session-token");
    expect(JSON.stringify(headers)).not.toContain(SECRET);
  });

  test("hands up a whole answer, and a stream out of its frames as server-sent events", async () => {
    const { provider } = await open();
    const whole = await ask(provider, false);
    expect(JSON.parse(whole.body.toString())).toMatchObject({ object: "chat.completion" });
    const stream = await ask(provider, true);
    expect(stream.told).toEqual(["head", "data", "end"]);
    expect(stream.headers["content-type"]).toBe("text/event-stream");
    expect(textOf(stream.body)).toBe(SAGEMAKER_TEXT);
    expect(stream.body.toString().endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test.each([
    ["rate-limited", "provider_rate_limited", true],
    ["overloaded", "provider_error", true],
    ["broken", "provider_error", true],
    ["refused", "provider_refused_request", false],
    ["credentials", "provider_credentials", false],
  ] as const)("turns an answer that is %s into %s and keeps its secrets", async (scene, code, retryable) => {
    const { provider, upstream } = await open();
    for (const stream of [false, true]) {
      upstream.play(scene);
      const error = faultIn(provider, await ask(provider, stream));
      expect(error).toMatchObject({ code, retryable });
      expect(JSON.stringify([error.message, error.help, error.details])).not.toContain(SECRET);
    }
  });

  test("unwraps the error of the container", async () => {
    const { provider, upstream } = await open();
    const original = { error: { message: "This model's maximum context length is 4096 tokens.", code: 400 } };
    upstream.play({
      status: 424,
      body: JSON.stringify({
        ErrorCode: "INTERNAL_FAILURE_FROM_MODEL",
        Message: "Received client error (400) from model",
        OriginalMessage: JSON.stringify(original),
        OriginalStatusCode: 400,
      }),
    });
    expect(faultIn(provider, await ask(provider, true))).toMatchObject({ code: "provider_context_overflow" });
  });

  test.each([
    ["error-in-mid-stream", "provider_error"],
    ["cut", "provider_cut"],
    ["malformed", "provider_bad_answer"],
  ] as const)("turns a stream that ends with %s into %s", async (scene, code) => {
    const { provider, upstream } = await open();
    upstream.play(scene);
    const { error, told } = await ask(provider, true);
    expect(error).toMatchObject({ code, retryable: true });
    expect(told.at(-1)).toBe("fail");
  });

  test("does not take a stream that ends inside a frame for a whole one", async () => {
    const { provider, upstream } = await open();
    const { frames } = sageMakerWire(SECRET).answer("text", await nothing(upstream, provider));
    const [first = Buffer.alloc(0)] = frames;
    upstream.play({ frames: [first, first.subarray(0, first.length - 1)], document: {} });
    const { error } = await ask(provider, true);
    expect(error).toMatchObject({ code: "provider_cut" });
  });

  test("stops the upstream within 100 ms of an abort, and holds it back while it is paused", async () => {
    const { provider, upstream } = await open();
    const stopped = async (): Promise<number> => {
      upstream.play("endless");
      const arrived = upstream.nextRequest();
      const sink = new RecordingSink();
      const flow = provider.forward(requestFor(true), sink);
      await sink.begun;
      flow.pause();
      await turn();
      const { bytes } = sink;
      for (let turns = 0; turns < 50; turns += 1) await turn();
      expect(sink.bytes).toBe(bytes);
      const { over } = await arrived;
      const abortedAt = performance.now();
      flow.abort();
      expect(await over).toEqual({ whole: false });
      const tookMs = performance.now() - abortedAt;
      expect(sink.told).toEqual(["head", "data"]);
      return tookMs;
    };
    expect(await middleOfFive(stopped)).toBeLessThan(100);
  });
});

/** A request that has been answered, for what only looks at its form. */
async function nothing(
  upstream: ScriptedUpstream,
  provider: WireProvider,
): Promise<ScriptedUpstream["requests"][number]> {
  await ask(provider, true);
  const [request] = upstream.requests;
  if (request === undefined) throw new Error("There was no request.");
  return request;
}
