import { expect, test } from "vitest";
import { callOf } from "../../../test/contracts/store-samples.ts";
import { startOtlpReceiver } from "../../../test/fixtures/otlp-receiver.ts";
import { joinItems } from "./export-batch.ts";
import type { KeptCall } from "./export-batch.ts";
import { createExportThread } from "./export-thread.ts";
import type { ExportOrder } from "./export-worker.ts";

const kept = (call: KeptCall["call"]): KeptCall => ({ type: "call", because: "share", wantsContent: false, call });

const orderTo = (target: ExportOrder["traces"]): ExportOrder => ({
  traces: target,
  logs: null,
  version: "latest",
  resource: {},
  scope: { name: "rollward", version: "1" },
  identities: new Map(),
});

test("headers of OpenTelemetry's variables reach only receivers that they are given for", async () => {
  const receiver = await startOtlpReceiver();
  const thread = createExportThread({
    OTEL_EXPORTER_OTLP_HEADERS: "x-secret=common",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-traces=own",
  });
  const headers = { "x-team": "ai" };
  const target = {
    url: `${receiver.endpoint}/v1/traces`,
    headers,
    timeoutMs: 5_000,
    isCompressed: false,
    isGuarded: true,
  };
  const { spans } = await thread.send(orderTo(target), joinItems([kept(callOf())]));
  expect(spans.outcome).toBe("sent");
  await expect.poll(() => receiver.headers.length).toBeGreaterThan(0);
  const [sent] = receiver.headers;
  expect(sent).toMatchObject(headers);
  expect(sent?.["x-secret"]).toBeUndefined();
  expect(sent?.["x-traces"]).toBeUndefined();
  await thread.close();
  await receiver.close();
});

test("a call that no spans can be made of holds up no other call", async () => {
  const receiver = await startOtlpReceiver();
  const thread = createExportThread({});
  const target = {
    url: `${receiver.endpoint}/v1/traces`,
    headers: {},
    timeoutMs: 5_000,
    isCompressed: false,
    isGuarded: false,
  };
  const [good, broken] = [callOf(), callOf()];
  const damaged = { ...broken, facts: { ...broken.facts, release: 7 as never } };
  const { spans } = await thread.send(orderTo(target), joinItems([kept(damaged), kept(good)]));
  expect(spans).toMatchObject({ outcome: "sent", rejected: 1 });
  expect(spans.sent).toBeGreaterThan(0);
  await receiver.until(() => receiver.spans.some(({ attributes }) => attributes["rollward.call.id"] === good.facts.id));
  await thread.close();
  await receiver.close();
});
