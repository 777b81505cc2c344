import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEMANTIC_NAMES } from "../../src/domain/trace/semantic-names.ts";
import { clientSpans, openTraceStage } from "../fixtures/trace-stage.ts";
import type { TraceStage } from "../fixtures/trace-stage.ts";

let stage: TraceStage;

/** Calls of every kind, and a score: together they say most of what can be said. */
beforeAll(async () => {
  stage = await openTraceStage();
  const { ask, spansOf, upstream, server, receiver } = stage;
  const first = await ask("plain");
  upstream.fail(2);
  await ask("rescued");
  upstream.fail(9);
  await ask("plain");
  upstream.fail(0);
  await ask("kept", { temperature: 0 });
  await ask("kept", { temperature: 0 });
  const call = first.headers.get("x-rollward-call");
  const problem = { category: "wrong", comment: "No" };
  const said = { call, thumbs: "up", problem, scores: { kind: 0.5 }, judge: "j" };
  await server.server.house.gateway.recorder.flush();
  await server.ask("POST", "/v1/feedback", said);
  await receiver.until((_, records) => records.length >= 3);
  await spansOf(await ask("plain", { stream: true }));
});

afterAll(() => stage.close());

/** Names of OpenTelemetry's conventions as our reference has them, copied by hand: not from the table that is tested. */
const CONVENTIONS: ReadonlySet<string> = new Set(
  `gen_ai.operation.name gen_ai.provider.name gen_ai.request.model gen_ai.conversation.id gen_ai.output.type
gen_ai.request.choice.count gen_ai.request.seed gen_ai.request.stream gen_ai.request.top_k gen_ai.request.max_tokens
gen_ai.request.temperature gen_ai.request.top_p gen_ai.request.frequency_penalty gen_ai.request.presence_penalty
gen_ai.request.stop_sequences gen_ai.response.id gen_ai.response.model gen_ai.response.finish_reasons
gen_ai.response.time_to_first_chunk gen_ai.usage.input_tokens gen_ai.usage.output_tokens
gen_ai.usage.cache_read.input_tokens gen_ai.usage.cache_write.input_tokens gen_ai.usage.reasoning.output_tokens
openai.api.type openai.request.service_tier openai.response.service_tier openai.response.system_fingerprint
gen_ai.prompt.name gen_ai.prompt.version gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions
gen_ai.tool.definitions gen_ai.evaluation.name gen_ai.evaluation.score.value gen_ai.evaluation.score.label
gen_ai.evaluation.explanation gen_ai.evaluation.result error.type server.address server.port http.request.method
http.route http.response.status_code exception exception.type exception.message event.name`.split(/\s+/),
);

/** Our own, of the reference's list and what has been added to it. */
const OURS: ReadonlySet<string> = new Set(
  Object.values(SEMANTIC_NAMES)
    .flatMap(({ name }) => (typeof name === "string" ? [name] : []))
    .filter((name) => name.startsWith("rollward.")),
);

describe("every name that was sent", () => {
  test("is one of OpenTelemetry's conventions, or begins with our own prefix and is in the table", () => {
    const { spans, records } = stage.receiver;
    const events = spans.flatMap((span) => span.events);
    const names = new Set([
      ...[...spans, ...events, ...records].flatMap(({ attributes }) => Object.keys(attributes)),
      ...events.map(({ name }) => name),
      ...records.map(({ eventName }) => eventName),
    ]);
    expect(names.size).toBeGreaterThan(50);
    expect([...names].filter((name) => !CONVENTIONS.has(name) && !OURS.has(name))).toEqual([]);
  });

  test("stands where the table says, and with the type that it says", () => {
    const signals = new Map([
      [1, "stage"],
      [2, "call"],
      [3, "attempt"],
    ]);
    const wrong = stage.receiver.spans.flatMap(({ kind, attributes }) =>
      Object.entries(attributes)
        .filter(([name, value]) => !fits(name, value, signals.get(kind) ?? ""))
        .map(([name]) => `${name} on ${signals.get(kind)}`),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  test("is beside what the conventions require of every attempt", () => {
    for (const { attributes } of clientSpans(stage.receiver.spans)) {
      expect(attributes).toMatchObject({
        "gen_ai.operation.name": expect.any(String),
        "gen_ai.provider.name": expect.any(String),
        "gen_ai.request.model": expect.any(String),
      });
    }
  });
});

const BY_NAME = new Map(
  Object.values(SEMANTIC_NAMES).map((row) => [typeof row.name === "string" ? row.name : row.name.latest, row]),
);

function fits(name: string, value: unknown, signal: string): boolean {
  const row = BY_NAME.get(name);
  if (row === undefined || !(row.on as readonly string[]).includes(signal)) return false;
  if (row.type === "string[]") return Array.isArray(value) && value.every((one) => typeof one === "string");
  if (row.type === "int") return Number.isInteger(value);
  return typeof value === (row.type === "double" ? "number" : row.type);
}
