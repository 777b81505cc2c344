import { gzipSync } from "node:zlib";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SentSpan } from "../../src/ports/span-store.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;
let provider: BasicTracerProvider;
/** What the exporter was given, to compare with what has arrived. */
const given = new InMemorySpanExporter();

beforeAll(async () => {
  const project = `${simulatedText(modelText("m-2026-01-01"))}\nendpoints:\n  support:\n    models: [sim/m-2026-01-01]\n`;
  server = await startServer({ "rollward.yaml": project });
  const exporter = new OTLPTraceExporter({
    url: `${server.url}/v1/traces`,
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    compression: "gzip" as NonNullable<NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>["compression"]>,
  });
  provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "trips" }),
    spanProcessors: [new SimpleSpanProcessor(exporter), new SimpleSpanProcessor(given)],
  });
});

afterAll(async () => {
  await provider.shutdown();
  await server.stop();
});

const sentIn = (traceId: string): Promise<readonly SentSpan[]> =>
  server.server.house.stores.spans.ofTrace({ environment: "production", traceId }, 100);

const under = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);

const send = (body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${server.url}/v1/traces`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });

const microseconds = ([seconds, nanoseconds]: ReadableSpan["startTime"]): number =>
  seconds * 1_000_000 + Math.floor(nanoseconds / 1_000);

/** A span as OpenTelemetry's own SDK has it, in our form. */
const expectedOf = (span: ReadableSpan): Partial<SentSpan> => ({
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId ?? null,
  name: span.name,
  kind: (["internal", "server", "client", "producer", "consumer"] as const)[span.kind] ?? "internal",
  startUs: microseconds(span.startTime),
  endUs: microseconds(span.endTime),
  status: (["unset", "ok", "error"] as const)[span.status.code] ?? "unset",
  attributes: span.attributes as SentSpan["attributes"],
  events: span.events.map(({ name, time, attributes = {} }) => ({
    name,
    atUs: microseconds(time),
    attributes: attributes as SentSpan["attributes"],
  })),
  service: "trips",
  scope: "travel",
});

describe("spans of an application", () => {
  test("arrive from OpenTelemetry's own exporter as its SDK made them", async () => {
    const tracer = provider.getTracer("travel", "1.0");
    const root = tracer.startSpan("plan a trip 🔥", { kind: SpanKind.CONSUMER });
    const child = tracer.startSpan("ask", { kind: SpanKind.CLIENT }, under(root));
    child.setAttributes({
      text: "grüße",
      count: 3,
      share: 0.25,
      isDone: true,
      names: ["a", "b"],
      sizes: [1, 2.5],
      flags: [true],
    });
    child.setAttribute("negative", -7);
    child.addEvent("first", { at: "home" });
    child.setStatus({ code: SpanStatusCode.ERROR, message: "it rained on ada@example.com" });
    child.end();
    root.setStatus({ code: SpanStatusCode.OK });
    root.end();
    await provider.forceFlush();
    const { traceId } = root.spanContext();
    const expected = given.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    expect(expected).toHaveLength(2);
    const arrived = await sentIn(traceId);
    for (const span of expected) {
      expect(arrived.find(({ spanId }) => spanId === span.spanContext().spanId)).toMatchObject(expectedOf(span));
    }
    // What a status says may be content, which is not kept unless the project says so.
    expect(arrived.map(({ statusMessage }) => statusMessage)).toEqual(["", ""]);
  });

  test("and the calls that they made are one tree", async () => {
    const tracer = provider.getTracer("travel");
    const root = tracer.startSpan("plan");
    const { traceId, spanId } = root.spanContext();
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        traceparent: `00-${traceId}-${spanId}-01`,
      },
      body: JSON.stringify({ model: "support", messages: [{ role: "user", content: "Hello" }] }),
    });
    const call = response.headers.get("x-rollward-call") ?? "";
    await response.text();
    root.end();
    await provider.forceFlush();
    await server.server.house.gateway.recorder.flush();
    const { status, body } = await server.ask("GET", `/api/traces/${traceId}`);
    expect(status).toBe(200);
    const { spans, calls } = body as {
      calls: string[];
      spans: { name: string; depth: number; origin: string; call: string | null }[];
    };
    expect(calls).toEqual([call]);
    expect(spans.map(({ name, depth, origin }) => `${depth} ${name} ${origin}`)).toEqual([
      "0 plan application",
      "1 POST /v1/chat/completions rollward",
      ...["authenticate", "admit", "resolve", "assign", "render", "call"].map((stage) => `2 ${stage} rollward`),
      "2 chat m-2026-01-01 rollward",
      "2 deliver rollward",
    ]);
    expect(spans[1]?.call).toBe(call);
    const lines: string[] = [];
    const connection = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
    expect(await runCli(["traces", "show", traceId], connection, (text) => void lines.push(text))).toBe(0);
    const shown = lines.join("");
    expect(shown).toContain(`trace ${traceId}: 1 call, 10 spans`);
    expect(shown).toMatch(/^plan \(trips\) +0\.0 ms/m);
    expect(shown).toMatch(new RegExp(`^  POST /v1/chat/completions .*${call}$`, "m"));
    expect(shown).toMatch(/^ {4}chat m-2026-01-01 .*tokens, \$0\.0000/m);
  });

  test("of a trace that nobody knows are not found", async () => {
    const { status, body } = await server.ask("GET", `/api/traces/${"ab".repeat(16)}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: "trace_not_found" } });
  });
});

const IDS = {
  traceId: "5B8EFFF798038103D269B633813FC60C",
  spanId: "EEE19B7EC3C1B174",
  parentSpanId: "EEE19B7EC3C1B173",
};
const TIMES = { startTimeUnixNano: "1763750000123456789", endTimeUnixNano: "1763750000223456789" };

const jsonOf = (...spans: readonly object[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "trips" } }] },
        scopeSpans: [
          {
            scope: { name: "by hand" },
            spans: spans.map((span) => ({ ...IDS, ...TIMES, name: "ask", kind: 3, ...span })),
          },
        ],
      },
    ],
  });

const attributesFrom = (values: Readonly<Record<string, string | number>>): { attributes: object[] } => ({
  attributes: Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
  })),
});

let last = 0;
const freshTrace = (): string => (last += 1).toString(16).padStart(32, "a");

/** What is kept of the attributes of a span. */
async function readBack(
  values: Readonly<Record<string, string | number>>,
): Promise<{ readonly attributes: unknown; readonly leftOut: number }> {
  const traceId = freshTrace();
  expect((await send(jsonOf({ ...attributesFrom(values), traceId }), {})).status).toBe(200);
  const [span] = await sentIn(traceId);
  return { attributes: span?.attributes, leftOut: span?.leftOut ?? -1 };
}

describe("spans in OTLP's JSON form", () => {
  test("are read like those in protobuf", async () => {
    const response = await send(jsonOf({}), {});
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toEqual({});
    expect(await sentIn(IDS.traceId.toLowerCase())).toMatchObject([
      {
        spanId: "eee19b7ec3c1b174",
        parentSpanId: "eee19b7ec3c1b173",
        kind: "client",
        startUs: 1_763_750_000_123_456,
        scope: "by hand",
      },
    ]);
  });

  test("that are none are told of, and the others are kept", async () => {
    const traceId = freshTrace();
    const response = await send(
      jsonOf({ traceId }, { traceId, spanId: "1" }, { traceId, startTimeUnixNano: "soon" }),
      {},
    );
    expect(await response.json()).toEqual({ partialSuccess: { rejectedSpans: "2", errorMessage: expect.any(String) } });
    expect(await sentIn(traceId)).toHaveLength(1);
  });
});

describe("names", () => {
  const ours = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.4",
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.cache_write.input_tokens": 3,
  };

  test("of OpenInference become those of GenAI, and content is left out", async () => {
    const read = await readBack({
      "openinference.span.kind": "LLM",
      "llm.model_name": "gpt-5.4",
      "llm.provider": "openai",
      "llm.token_count.prompt": 12,
      "llm.token_count.completion": 5,
      "llm.token_count.prompt_details.cache_read": 4,
      "llm.token_count.prompt_details.cache_write": 3,
      "llm.cost.total": 7,
      "input.value": "a secret question",
      "llm.input_messages.0.message.content": "a secret question",
      "llm.output_messages.0.message.content": "a secret answer",
    });
    expect(read).toEqual({
      attributes: { ...ours, "openinference.span.kind": "LLM", "llm.cost.total": 7 },
      leftOut: 3,
    });
  });

  test("of OpenLLMetry become those of GenAI, its numbered prompts are left out", async () => {
    const read = await readBack({
      "llm.request.type": "chat",
      "gen_ai.system": "OpenAI",
      "gen_ai.request.model": "gpt-5.4",
      "gen_ai.usage.prompt_tokens": 12,
      "gen_ai.usage.completion_tokens": 5,
      "gen_ai.usage.cache_read_input_tokens": 4,
      "gen_ai.usage.cache_creation_input_tokens": 3,
      "gen_ai.prompt.0.role": "user",
      "gen_ai.prompt.0.content": "a secret question",
      "gen_ai.completion.0.content": "a secret answer",
      "gen_ai.completion.0.finish_reason": "stop",
    });
    expect(read).toEqual({
      attributes: { ...ours, "llm.request.type": "chat", "gen_ai.response.finish_reasons": ["stop"] },
      leftOut: 3,
    });
  });

  test("of both versions of GenAI are taken, and the newer wins", async () => {
    const read = await readBack({
      ...ours,
      "gen_ai.usage.cache_creation.input_tokens": 99,
      "gen_ai.prompt.name": "trips",
    });
    expect(read).toEqual({ attributes: { ...ours, "gen_ai.prompt.name": "trips" }, leftOut: 0 });
  });
});

const PROTOBUF = { "content-type": "application/x-protobuf" };
const PACKED = { "content-encoding": "gzip" };

describe("what is no trace", () => {
  test.each([
    { what: "without a key", body: jsonOf({}), headers: { authorization: "" }, status: 401 },
    { what: "with half a document", body: "{", headers: {}, status: 400 },
    {
      what: "with bytes that are no protobuf",
      body: Buffer.from("no protobuf at all"),
      headers: PROTOBUF,
      status: 400,
    },
    { what: "in a form that nobody reads", body: "x", headers: { "content-type": "text/plain" }, status: 415 },
    { what: "packed in another way", body: "x", headers: { "content-encoding": "br" }, status: 415 },
    { what: "that says it is packed and is not", body: "x", headers: PACKED, status: 400 },
    { what: "that unpacks to more than is read", body: gzipSync(Buffer.alloc(2 ** 26)), headers: PACKED, status: 413 },
  ])("$what is answered with $status", async ({ body, headers, status }) => {
    expect((await send(body, headers)).status).toBe(status);
  });

  test("that nests values without end does no harm", async () => {
    const traceId = freshTrace();
    const text = jsonOf({ ...attributesFrom({ deep: "HERE" }), traceId });
    const nested = `${'{"arrayValue":{"values":['.repeat(50_000)}{"intValue":"1"}${"]}}".repeat(50_000)}`;
    const response = await send(text.replace('{"stringValue":"HERE"}', nested), {});
    expect([200, 400]).toContain(response.status);
    expect((await send(jsonOf({ traceId }), {})).status).toBe(200);
  });

  test("is refused in its own form", async () => {
    const response = await send(Buffer.from([0xff]), { "content-type": "application/x-protobuf" });
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    const json = (await (await send("{", {})).json()) as { code: number; message: string };
    expect(json).toEqual({ code: 3, message: expect.stringContaining("OTLP") });
  });

  test("is not packed calls either: other addresses still read plain bytes alone", async () => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", "content-encoding": "gzip" },
      body: new Uint8Array(gzipSync("{}")),
    });
    expect(response.status).toBe(415);
  });
});
