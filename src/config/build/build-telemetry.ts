import { DEFAULT_TELEMETRY } from "../../domain/telemetry/telemetry-settings.ts";
import type { TelemetrySettings } from "../../domain/telemetry/telemetry-settings.ts";
import type { TelemetryInput } from "../schema/telemetry-schema.ts";
import { buildTraces } from "./build-traces.ts";

/** Telemetry as a project has it. */
export function buildTelemetry({
  semantic_conventions,
  metrics,
  otlp,
  logs,
  traces,
}: TelemetryInput): TelemetrySettings {
  const usual = DEFAULT_TELEMETRY;
  return {
    semanticConventions: semantic_conventions ?? null,
    metrics: { readers: readersOf(metrics) ?? usual.metrics.readers },
    otlp: {
      endpoint: otlp?.endpoint?.replace(/\/$/, "") ?? null,
      headersEnv: otlp?.headers_env ?? usual.otlp.headersEnv,
      metrics: otlp?.metrics ?? usual.otlp.metrics,
      metricsEveryMs: otlp?.metrics_every ?? usual.otlp.metricsEveryMs,
    },
    logs: { calls: logs?.calls ?? usual.logs.calls },
    traces: buildTraces(traces),
  };
}

function readersOf(metrics: TelemetryInput["metrics"]): TelemetrySettings["metrics"]["readers"] | undefined {
  if (metrics?.require_key === true) return "keys";
  return metrics?.public === true ? "everybody" : undefined;
}
