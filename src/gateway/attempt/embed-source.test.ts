import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { attemptOn } from "../../../test/fixtures/attempt-at.ts";
import { RollwardError } from "../../domain/errors.ts";
import { openAiEmbeddings } from "../../http/dialects/openai-embeddings/index.ts";
import type { EmbedSink } from "../../ports/provider.ts";
import { embedSource } from "./embed-source.ts";

const TEXTS = Array.from({ length: 100 }, () => "w".repeat(40));
const BODY_BYTES = 8_000;

/** An attempt at 100 texts of 40 bytes in a body of 8,000; a test plays the provider. */
function underWay() {
  const { embedding: form } = openAiEmbeddings;
  if (form === undefined) return expect.unreachable();
  const told: EmbedSink[] = [];
  const embed = (_: unknown, sink: EmbedSink) => {
    told.push(sink);
    return { pause() {}, resume() {}, abort() {} };
  };
  const ask = { embed, provider: "one", form, body: { model: "m", input: TEXTS }, bodyBytes: BODY_BYTES };
  const source = embedSource(ask, { callId: "c-1", model: "m", connectMs: 1_000 });
  const { attempt } = attemptOn(new HandClock(), "one", { source, requestBytes: BODY_BYTES });
  attempt.start().catch(() => {});
  return { attempt, sink: told[0] ?? expect.unreachable() };
}

test("a client that leaves before the first vectors is charged for what was sent, and not for all", () => {
  const { attempt, sink } = underWay();
  for (let part = 0; part < 4; part += 1) sink.sent(40);
  attempt.abandon();
  // 320 of the 8,000 bytes.
  expect(attempt.record()).toMatchObject({ end: "abandoned", usage: { input: 80, estimated: true }, costPico: 80n });
});

test("one that leaves later is charged for what is counted, and for what is under way", () => {
  const { attempt, sink } = underWay();
  for (let part = 0; part < 4; part += 1) sink.sent(40);
  sink.part(11, 40);
  sink.sent(40);
  attempt.abandon();
  expect(attempt.record()).toMatchObject({ usage: { input: 91, estimated: true }, costPico: 91n });
});

test("a provider that counts nothing is paid for all that was sent", () => {
  const { attempt, sink } = underWay();
  sink.sent(40);
  sink.part(null, 40);
  sink.sent(40);
  attempt.abandon();
  expect(attempt.record()).toMatchObject({ usage: { input: 40, estimated: true } });
});

test("a provider that fails is paid for what it has counted", () => {
  const { attempt, sink } = underWay();
  sink.sent(40);
  sink.sent(40);
  sink.part(11, 40);
  sink.fail(new RollwardError("provider_error", { provider: "one", status: 500, reason: "no" }));
  expect(attempt.record()).toMatchObject({ end: "failed", usage: { input: 11, estimated: true } });
});

test("all vectors without a count are estimated from the whole request", () => {
  const { attempt, sink } = underWay();
  sink.sent(4_000);
  sink.part(null, 4_000);
  sink.end(TEXTS.map(() => [0.5]));
  expect(attempt.record()).toMatchObject({ end: "answered", usage: { input: 2_000, estimated: true } });
});
