import { afterAll, beforeAll, expect, test } from "vitest";
import { startOtlpReceiver } from "../fixtures/otlp-receiver.ts";
import type { OtlpReceiver } from "../fixtures/otlp-receiver.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let receiver: OtlpReceiver;
let server: RunningServer;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const project = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  support:
    models: [sim/m-2026-01-01]
telemetry:
  traces: { sample: 100% }
`;
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_TIMEOUT: "500",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_METRICS_EXPORTER: "none",
  };
  server = await startServer({ "rollward.yaml": project }, { environment });
});

afterAll(async () => {
  await server.stop();
  await receiver.close();
});

async function ask(): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("x-rollward-call") ?? "";
}

interface TraceHealth {
  readonly kept: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly rejected_spans: number;
  readonly trouble: string | null;
}

const health = async (): Promise<TraceHealth> =>
  ((await server.ask("GET", "/api/health")).body as { readonly traces: TraceHealth }).traces;

const hasCall = (call: string): boolean =>
  receiver.spans.some(({ attributes }) => attributes["rollward.call.id"] === call);

/** Asks for the health of the server until it is as wanted. */
async function healthOnce(isSo: (traces: TraceHealth) => boolean): Promise<TraceHealth> {
  let now = await health();
  await expect.poll(async () => isSo((now = await health())), { timeout: 60_000 }).toBe(true);
  return now;
}

test("calls are answered while nobody takes their traces, and the traces arrive when somebody does", async () => {
  await receiver.leave();
  const calls = [await ask(), await ask()];
  const away = await healthOnce(({ trouble }) => trouble !== null);
  expect(away).toMatchObject({ waiting: 2, dropped: 0 });
  expect(away.trouble).toContain("ECONNREFUSED");
  await receiver.comeBack();
  await receiver.until(() => calls.every(hasCall));
  expect(await healthOnce(({ trouble }) => trouble === null)).toMatchObject({ waiting: 0, dropped: 0 });
});

test("what a busy receiver turns away comes again, what it refuses is counted as lost", async () => {
  receiver.answer(503);
  const later = await ask();
  await healthOnce(({ trouble }) => trouble !== null);
  receiver.answer(200);
  await receiver.until(() => hasCall(later));
  receiver.answer(400);
  const refused = await ask();
  expect(await healthOnce(({ dropped }) => dropped > 0)).toMatchObject({
    dropped: 1,
    waiting: 0,
    trouble: expect.stringContaining("400"),
  });
  expect(hasCall(refused)).toBe(false);
});

test("spans that the receiver says it has not taken are counted", async () => {
  receiver.answer(200, 3);
  await ask();
  expect(await healthOnce(({ rejected_spans: rejected }) => rejected > 0)).toMatchObject({
    rejected_spans: 3,
    trouble: null,
  });
});
