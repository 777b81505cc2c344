import { createLateMetricsSender } from "../../adapters/exporters/late-metrics-sender.ts";
import type { MetricsReport, MetricsSender } from "../../adapters/exporters/otlp-metrics.ts";
import type { OtlpTarget } from "../../adapters/exporters/otlp-target.ts";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../adapters/exporters/prometheus-text.ts";
import { VERSION } from "../../contract/version.ts";
import { namesIn, semanticVersion } from "../../domain/trace/semantic-names.ts";
import type { SemanticVersion } from "../../domain/trace/semantic-name.ts";
import type { MetricsTerms } from "../../http/metrics.ts";
import type { House } from "../plug.ts";
import { createMetricsGatherer } from "./gather-metrics.ts";
import { otlpTarget } from "./otlp-target.ts";
import { telemetryOf } from "./telemetry-of.ts";
import { MetricsSending } from "./send-metrics.ts";

/** What a server tells of itself in numbers. */
export interface Telemetry {
  readonly prometheus: Pick<MetricsTerms, "metrics" | "readers">;
  start(): void;
  stop(): Promise<void>;
}

/** The state of the conventions that is emitted. */
const versionOf = (house: House): SemanticVersion =>
  semanticVersion(
    telemetryOf(house.environments).semanticConventions ?? undefined,
    house.variables["OTEL_SEMCONV_STABILITY_OPT_IN"],
  );

/** Metrics of a house: for Prometheus, which asks for them, and for an OTLP receiver, which they are sent to. */
export function openTelemetry(house: House): Telemetry {
  const { clock } = house.delivery;
  const gatherer = createMetricsGatherer(house);
  const since = clock.now();
  const report = async (): Promise<MetricsReport> => ({
    families: await gatherer.gather(),
    version: versionOf(house),
    resource: resourceOf(house),
    since,
    at: clock.now(),
  });
  const sending = new MetricsSending({ clock, announcer: house.announcer, destination: destinationOf(house), report });
  return {
    prometheus: {
      metrics: {
        contentType: PROMETHEUS_CONTENT_TYPE,
        text: async () => prometheusText(await gatherer.gather(), versionOf(house)),
      },
      readers: () => telemetryOf(house.environments).metrics.readers,
    },
    start: () => sending.start(),
    async stop() {
      await sending.stop();
      gatherer.close();
    },
  };
}

/** Where metrics go now; a sender is kept until they go somewhere else. */
function destinationOf(house: House): () => { readonly sender: MetricsSender; readonly everyMs: number } | null {
  let known: { readonly as: string; readonly sender: MetricsSender } | null = null;
  const senderTo = (target: OtlpTarget): MetricsSender => {
    const as = JSON.stringify(target);
    if (known?.as === as) return known.sender;
    void known?.sender.close();
    known = { as, sender: createLateMetricsSender(target) };
    return known.sender;
  };
  return () => {
    const settings = telemetryOf(house.environments);
    const target = settings.otlp.metrics ? otlpTarget("metrics", settings, house.variables) : null;
    if (target === null) return null;
    const asked = Number(house.variables["OTEL_METRIC_EXPORT_INTERVAL"]);
    return { sender: senderTo(target), everyMs: asked >= 1_000 ? asked : settings.otlp.metricsEveryMs };
  };
}

function resourceOf({ variables, delivery, environments }: House): Readonly<Record<string, string>> {
  const names = namesIn("latest");
  return {
    [names.serviceName]: variables["OTEL_SERVICE_NAME"] ?? "rollward",
    [names.serviceVersion]: VERSION,
    [names.serviceInstance]: delivery.replicas.replicaId,
    [names.deploymentEnvironment]: environments.own,
  };
}
