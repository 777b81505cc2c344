import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metricName } from "../../src/domain/telemetry/metric-names.ts";
import { METRICS } from "../../src/domain/telemetry/metric-table.ts";
import { startOtlpMetricsReceiver } from "../fixtures/otlp-metrics-receiver.ts";
import type { OtlpMetricsReceiver, ReceivedMetric } from "../fixtures/otlp-metrics-receiver.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = `${simulatedText(modelText("a-2026-01-01"))}
endpoints:
  bot:
    models: [sim/a-2026-01-01]
`;

const DURATION = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

/** Names, units and bounds as OpenTelemetry's GenAI conventions have them, copied by hand and not from our own table. */
const CONVENTIONS: Readonly<Record<string, { readonly unit: string; readonly bounds: readonly number[] }>> = {
  "gen_ai.client.operation.duration": { unit: "s", bounds: DURATION },
  "gen_ai.client.token.usage": { unit: "{token}", bounds: TOKENS },
  "gen_ai.client.operation.time_to_first_chunk": { unit: "s", bounds: DURATION },
  "gen_ai.server.request.duration": { unit: "s", bounds: DURATION },
  "gen_ai.server.time_to_first_token": {
    unit: "s",
    bounds: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
  "gen_ai.server.time_per_output_token": {
    unit: "s",
    bounds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  },
};

/** The same with the names that are proposed for tokens. */
const { "gen_ai.client.token.usage": usage, ...stable } = CONVENTIONS;
const PROPOSED: typeof CONVENTIONS = {
  ...stable,
  ...(usage !== undefined && {
    "gen_ai.client.inference.usage.operation.input_tokens": usage,
    "gen_ai.client.inference.usage.operation.output_tokens": usage,
  }),
};

/** What a report has that is not ours, in the form of the conventions. */
const foreignIn = (metrics: readonly ReceivedMetric[]) =>
  Object.fromEntries(
    metrics
      .filter(({ name }) => !name.startsWith("rollward."))
      .map(({ name, unit, points }) => [name, { unit, bounds: points[0]?.bounds }]),
  );

let receiver: OtlpMetricsReceiver;
let running: RunningServer;

const start = (telemetry: string, environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> =>
  startServer({ "rollward.yaml": `${PROJECT}${telemetry}` }, { environment });

async function call({ url }: RunningServer): Promise<void> {
  const body = JSON.stringify({ model: "bot", stream: true, messages: [{ role: "user", content: "Hello" }] });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  await (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).text();
}

const found = (name: string): ReceivedMetric | undefined =>
  receiver.reports.at(-1)?.metrics.find((metric) => metric.name === name);

beforeAll(async () => {
  receiver = await startOtlpMetricsReceiver();
  running = await start(
    `telemetry:\n  otlp: { endpoint: "${receiver.url}/", headers_env: COLLECTOR, metrics_every: 1s }\n`,
    {
      COLLECTOR: "authorization=Bearer%20x,x-team=ai",
    },
  );
  await call(running);
});
afterAll(async () => {
  await running.stop();
  await receiver.close();
});

describe("metrics that are sent by OTLP", () => {
  test("arrive at the address that the project names, with the headers of its variable and who sends them", async () => {
    await expect.poll(() => receiver.reports.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const report = receiver.reports[0];
    expect(report).toMatchObject({
      path: "/v1/metrics",
      headers: { authorization: "Bearer x", "x-team": "ai" },
      resource: { "service.name": "rollward", "deployment.environment.name": "production" },
    });
    expect(report?.resource["service.instance.id"]).toMatch(/^rep_/);
  });

  test("have names, units and bounds of the table, and no others", async () => {
    const known = new Map(Object.values(METRICS).map((spec) => [metricName(spec, "latest"), spec]));
    for (const { name, unit, kind } of receiver.reports[0]?.metrics ?? []) {
      const spec = known.get(name);
      expect(spec, name).toBeDefined();
      expect({ name, unit, kind }).toEqual({
        name,
        unit: spec?.unit,
        kind: spec?.type === "counter" ? "sum" : spec?.type,
      });
    }
    expect(found("gen_ai.client.operation.duration")).toMatchObject({
      unit: "s",
      points: [
        {
          count: 1,
          attributes: {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "sim",
            "gen_ai.request.model": "a-2026-01-01",
          },
          bounds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
        },
      ],
    });
    expect(found("gen_ai.server.time_to_first_token")?.points[0]?.bounds).toHaveLength(16);
    expect(found("rollward.calls")?.points).toContainEqual({
      value: 1,
      attributes: {
        "deployment.environment.name": "production",
        "rollward.endpoint": "bot",
        "rollward.release": "bot@1",
        "rollward.arm": "stable",
        "rollward.tier": "primary",
        "rollward.outcome": "ok",
      },
    });
  });

  test("are the histograms of OpenTelemetry's conventions and our own, nothing else", async () => {
    await expect
      .poll(() => foreignIn(receiver.reports.at(-1)?.metrics ?? []), { timeout: 60_000 })
      .toEqual(CONVENTIONS);
  });

  test("go on counting while the receiver is away, and arrive when it is back", async () => {
    receiver.answerWith(400);
    await call(running);
    receiver.answerWith(200);
    const count = (): number | undefined => found("gen_ai.client.operation.duration")?.points[0]?.count;
    await expect.poll(count, { timeout: 60_000 }).toBe(2);
  });

  test("go to OpenTelemetry's own variables where the project names nothing, in proposed names where it asks for them", async () => {
    const before = receiver.reports.length;
    const other = await start("telemetry:\n  semantic_conventions: next\n", {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRIC_EXPORT_INTERVAL: "60000",
    });
    await call(other);
    // A last report is sent when the server stops.
    await other.stop();
    const report = receiver.reports
      .slice(before)
      .find(({ metrics }) =>
        metrics.some(({ name }) => name === "gen_ai.client.inference.usage.operation.input_tokens"),
      );
    expect(report).toBeDefined();
    expect(foreignIn(report?.metrics ?? [])).toEqual(PROPOSED);
  });
});
