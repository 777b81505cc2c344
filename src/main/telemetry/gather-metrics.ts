import { callMetrics } from "../../domain/telemetry/call-metrics.ts";
import type { MetricFamily } from "../../domain/telemetry/metric-point.ts";
import { operationMetrics } from "../../domain/telemetry/operation-metrics.ts";
import { providerNameOf } from "../../domain/trace/provider-identity.ts";
import type { EnvironmentRegistry } from "../environments/environment-registry.ts";
import type { House } from "../plug.ts";
import { DatabaseMetrics } from "./database-metrics.ts";
import { gatewayMetrics } from "./gateway-metrics.ts";
import { providerIdentity } from "./provider-identity.ts";
import { watchLoopDelay } from "./loop-delay.ts";
import { ownMetrics } from "./own-metrics.ts";
import { rolloutMetrics } from "./rollout-metrics.ts";

/** What nobody has called for a day is shown no longer, ms. */
const SILENT_MS = 24 * 3_600_000;

/** Says how everything stands. */
export interface MetricsGatherer {
  gather(): Promise<readonly MetricFamily[]>;
  close(): void;
}

/** Gathers every metric of a house. */
export function createMetricsGatherer(house: House): MetricsGatherer {
  const { stores, delivery, environments, seriesBook, operationBook } = house;
  const delay = watchLoopDelay();
  const database = new DatabaseMetrics({
    clock: delivery.clock,
    replicaId: delivery.replicas.replicaId,
    ready: () => stores.ready(),
    environments: () => environments.environments(),
  });
  return {
    async gather() {
      const asked = await database.families();
      seriesBook.fade(delivery.clock.now() - SILENT_MS);
      return [
        ...callMetrics(seriesBook.totals(), seriesBook.faded()),
        ...operationMetrics(operationBook.all(), vendorsOf(environments)),
        ...gatewayMetrics(environments.all()),
        ...rolloutMetrics(delivery),
        ...ownMetrics(house),
        ...asked,
        delay.family(),
      ];
    },
    close: () => delay.close(),
  };
}

/** The conventions' names of providers, by those of the projects; the server's own environment comes first. */
function vendorsOf(environments: EnvironmentRegistry): (provider: string) => string {
  const settings = environments
    .environments()
    .flatMap(({ project }) => [...(project.project?.providers.values() ?? [])]);
  return (provider) => {
    const own = settings.find(({ name }) => name === provider);
    return own === undefined ? provider : providerNameOf(provider, providerIdentity(own));
  };
}
