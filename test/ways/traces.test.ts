import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SPAN_NUMBERS, callIdOfTrace, spanIdOf } from "../../src/domain/trace/trace-ids.ts";
import {
  clientSpans,
  only,
  openTraceStage,
  outline,
  serverSpan,
  STAGES_BEFORE,
  steady,
  traceBody,
} from "../fixtures/trace-stage.ts";
import type { TraceStage } from "../fixtures/trace-stage.ts";

let stage: TraceStage;

beforeAll(async () => {
  stage = await openTraceStage();
});

afterAll(() => stage.close());

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("a call's trace", () => {
  test("is one server span with a span for each stage and one for the attempt", async () => {
    const response = await stage.ask("plain");
    const call = response.headers.get("x-rollward-call") ?? "";
    const spans = await stage.spansOf(response);
    const root = serverSpan(spans);
    expect(root).toMatchObject({ name: "POST /v1/chat/completions", parentSpanId: "", status: 0, scope: "rollward" });
    expect(root.spanId).toBe(spanIdOf(call, SPAN_NUMBERS.call));
    expect(callIdOfTrace(root.traceId)).toBe(call);
    expect(steady(root)).toEqual({
      "http.request.method": "POST",
      "http.route": "/v1/chat/completions",
      "http.response.status_code": 200,
      "rollward.requested_model": "plain",
      "rollward.environment": "staging",
      "rollward.endpoint": "plain",
      "rollward.release": "plain@1",
      "rollward.arm": "stable",
      "rollward.tier": "primary",
      "rollward.outcome": "ok",
      "rollward.cost.usd": 0.00013,
      "rollward.sampled.because": "share",
    });
    expect(outline(spans)).toEqual([
      "server POST /v1/chat/completions",
      ...STAGES_BEFORE,
      "stage call",
      "client chat m-2026-01-01 first answered",
      "stage deliver",
    ]);
    expect(spans.every((span) => span === root || span.parentSpanId === root.spanId)).toBe(true);
    expect(root.resource).toMatchObject({
      "service.name": "rollward",
      "deployment.environment.name": "staging",
      team: "support",
    });
    expect(stage.receiver.headers.at(-1)).toMatchObject({
      "x-tenant": "blue sky",
      "content-type": "application/x-protobuf",
    });
  });

  test("tells of its attempt what OpenTelemetry's conventions have words for", async () => {
    const response = await stage.ask("plain");
    const span = only(clientSpans(await stage.spansOf(response)));
    expect(span).toMatchObject({ name: "chat m-2026-01-01", status: 0 });
    const sha256 = createHash("sha256").update(traceBody("plain", {})).digest("hex");
    expect(steady(span)).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "first",
      "gen_ai.request.model": "m-2026-01-01",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.max_tokens": 300,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.response.id": "chatcmpl-7",
      "gen_ai.response.model": "served-2026-01-02",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 30,
      "gen_ai.usage.cache_read.input_tokens": 60,
      "gen_ai.usage.reasoning.output_tokens": 10,
      "gen_ai.prompt.name": "plain",
      "gen_ai.prompt.version": "1",
      "gen_ai.input.messages": expect.any(String),
      "gen_ai.output.messages": expect.any(String),
      "openai.api.type": "chat_completions",
      "openai.response.service_tier": "default",
      "openai.response.system_fingerprint": "fp_1",
      "server.address": "127.0.0.1",
      "server.port": stage.upstream.port,
      "http.response.status_code": 200,
      "rollward.arm": "stable",
      "rollward.cost.usd": 0.00013,
      "rollward.request.sha256": sha256,
      "rollward.attempt.reason": "first",
      "rollward.attempt.end": "answered",
      "rollward.provider": "first",
    });
  });
});

describe("golden traces", () => {
  test("a call that is retried and then rescued by a fallback has an attempt for each", async () => {
    stage.upstream.fail(2);
    const response = await stage.ask("rescued");
    expect(response.headers.get("x-rollward-tier")).toBe("fallback:1");
    const spans = await stage.spansOf(response);
    expect(outline(spans)).toEqual([
      "server POST /v1/chat/completions",
      ...STAGES_BEFORE,
      "stage call",
      "client chat m-2026-01-01 ERROR first failed provider_error",
      "client chat m-2026-01-01 ERROR retry failed provider_error",
      "client chat m-2026-01-01 fallback answered",
      "stage deliver",
    ]);
    const [failed] = clientSpans(spans).filter(({ status }) => status === 2);
    expect(failed?.events).toEqual([
      {
        name: "exception",
        attributes: { "exception.type": "provider_error", "exception.message": "The provider first answered 500." },
      },
    ]);
    expect(serverSpan(spans).attributes["rollward.sampled.because"]).toBe("error");
  });

  test("a stream tells when its first bytes came", async () => {
    const spans = await stage.spansOf(await stage.ask("plain", { stream: true }));
    const client = only(clientSpans(spans));
    expect(client.attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
    expect(client.attributes["gen_ai.request.stream"]).toBe(true);
    expect(client.attributes["gen_ai.response.id"]).toBe("chatcmpl-7");
    expect(client.attributes["gen_ai.output.messages"]).toContain("Hello there");
    expect(serverSpan(spans).events.map(({ name }) => name)).toEqual(["rollward.first_token"]);
    expect(outline(spans)).toEqual([
      "server POST /v1/chat/completions",
      ...STAGES_BEFORE,
      "stage call",
      "client chat m-2026-01-01 first answered",
      "stage deliver",
    ]);
  });

  test("a call that fails is an error from its server span to its stage and attempts", async () => {
    stage.upstream.fail(9);
    const response = await stage.ask("plain");
    stage.upstream.fail(0);
    expect(response.status).toBe(500);
    expect(outline(await stage.spansOf(response))).toEqual([
      "server POST /v1/chat/completions ERROR provider_error",
      ...STAGES_BEFORE,
      "stage call ERROR provider_error",
      "client chat m-2026-01-01 ERROR first failed provider_error",
      "client chat m-2026-01-01 ERROR retry failed provider_error",
    ]);
  });

  test("a mistake of the client is no error of the server", async () => {
    const response = await stage.ask("nobody");
    expect(response.status).toBe(404);
    const root = serverSpan(await stage.spansOf(response));
    expect(root).toMatchObject({
      status: 0,
      attributes: { "error.type": "endpoint_not_found", "http.response.status_code": 404 },
    });
  });

  test("an answer from the cache has no attempt", async () => {
    await stage.ask("kept", { temperature: 0 });
    const response = await stage.ask("kept", { temperature: 0 });
    const spans = await stage.spansOf(response);
    expect(serverSpan(spans).attributes).toMatchObject({ "rollward.cache": "hit", "rollward.tier": "cache:exact" });
    expect(outline(spans)).toEqual([
      "server POST /v1/chat/completions",
      ...STAGES_BEFORE,
      "stage recall",
      "stage deliver",
    ]);
  });
});

describe("somebody else's trace", () => {
  const traceparent = `00-${TRACE}-${PARENT}-01`;

  test("is joined by its caller's call, under the caller's span", async () => {
    const response = await stage.ask("plain", { headers: { traceparent } });
    expect(response.headers.get("x-rollward-trace")).toBe(TRACE);
    const root = serverSpan(await stage.spansOf(response));
    expect(root.parentSpanId).toBe(PARENT);
    expect(root.attributes["rollward.sampled.because"]).toBe("caller");
  });

  test("goes on to providers that may know of it, and to no other", async () => {
    stage.upstream.fail(2);
    const before = stage.upstream.headers.length;
    const headers = { traceparent: `00-${TRACE.replace("4b", "4c")}-${PARENT}-03`, tracestate: "vendor=a1, other=b2" };
    const spans = await stage.spansOf(await stage.ask("rescued", { headers }));
    const sent = stage.upstream.headers.slice(before);
    expect(sent.map((one) => "traceparent" in one)).toEqual([false, false, true]);
    const answered = only(clientSpans(spans).filter(({ status }) => status === 0));
    expect(sent[2]).toMatchObject({
      traceparent: `00-${answered.traceId}-${answered.spanId}-03`,
      tracestate: "vendor=a1,other=b2",
    });
  });

  test("that cannot be read is as if there were none", async () => {
    const response = await stage.ask("plain", { headers: { traceparent: `00-${TRACE}-${"0".repeat(16)}-01` } });
    const call = response.headers.get("x-rollward-call") ?? "";
    expect(callIdOfTrace(response.headers.get("x-rollward-trace") ?? "")).toBe(call);
  });
});

describe("content", () => {
  test("that leaves is masked", async () => {
    const span = only(clientSpans(await stage.spansOf(await stage.ask("plain"))));
    expect(span.attributes["gen_ai.input.messages"]).toBe(
      JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "Be kind." }] },
        { role: "user", parts: [{ type: "text", content: "My card is [card]." }] },
      ]),
    );
    expect(span.attributes["gen_ai.output.messages"]).toBe(
      JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "Write to [email]." }] }]),
    );
  });
});

describe("a score that comes later", () => {
  test("is an event in the context of the call's span", async () => {
    const response = await stage.ask("plain");
    const call = response.headers.get("x-rollward-call") ?? "";
    const said = {
      call,
      thumbs: "down",
      scores: { helpfulness: 0.25 },
      judge: "judge@3",
      problem: { category: "wrong", comment: "Ask ada@example.com" },
    };
    await stage.server.server.house.gateway.recorder.flush();
    expect((await stage.server.ask("POST", "/v1/feedback", said)).status).toBe(200);
    await stage.receiver.until((_, records) => records.length >= 3);
    const root = serverSpan(await stage.spansOf(response));
    const common = { traceId: root.traceId, spanId: root.spanId, eventName: "gen_ai.evaluation.result" };
    const attributesOf = (attributes: object) => ({
      "event.name": "gen_ai.evaluation.result",
      "rollward.call.id": call,
      ...attributes,
    });
    expect(stage.receiver.records).toEqual([
      {
        ...common,
        attributes: attributesOf({
          "gen_ai.evaluation.name": "thumbs",
          "gen_ai.evaluation.score.value": 0,
          "gen_ai.evaluation.score.label": "down",
        }),
      },
      {
        ...common,
        attributes: attributesOf({
          "gen_ai.evaluation.name": "problem",
          "gen_ai.evaluation.score.value": 0,
          "gen_ai.evaluation.score.label": "wrong",
          "gen_ai.evaluation.explanation": "Ask [email]",
        }),
      },
      {
        ...common,
        attributes: attributesOf({
          "gen_ai.evaluation.name": "helpfulness",
          "gen_ai.evaluation.score.value": 0.25,
          "rollward.evaluation.judge": "judge@3",
        }),
      },
    ]);
  });
});
