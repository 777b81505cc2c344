import type { MetricsSender } from "./otlp-metrics.ts";
import type { OtlpTarget } from "./otlp-target.ts";

/** A sender of OTLP metrics that reads OpenTelemetry's SDK, some hundred modules, with its first report. */
export function createLateMetricsSender(target: OtlpTarget): MetricsSender {
  let made: MetricsSender | null = null;
  const make = async (): Promise<MetricsSender> => {
    const { createOtlpMetricsSender } = await import("./otlp-metrics.ts");
    return (made ??= createOtlpMetricsSender(target));
  };
  return {
    send: async (report) => (made ?? (await make())).send(report),
    close: async () => made?.close(),
  };
}
