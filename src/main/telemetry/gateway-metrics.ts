import { numbers } from "../../domain/telemetry/metric-point.ts";
import type { MetricFamily, NumberPoint, PointLabels } from "../../domain/telemetry/metric-point.ts";
import type { MetricKey } from "../../domain/telemetry/metric-table.ts";
import type { Gateway } from "../../gateway/gateway.ts";

const SECOND_MS = 1_000;
/** Targets that are shown of one environment: those that were asked. */
const MOST_TARGETS = 500;

type Values = Readonly<Partial<Record<MetricKey, number>>>;

/** How the gateways of all environments are loaded, as metrics. */
export function gatewayMetrics(gateways: readonly Gateway[]): readonly MetricFamily[] {
  const values = gateways.map((gateway) => ({
    environment: gateway.settings().environment,
    values: valuesOf(gateway),
  }));
  const keys = Object.keys(values[0]?.values ?? {}) as MetricKey[];
  return [
    ...keys.map((key) =>
      numbers(
        key,
        values.map(({ environment, values: own }) => ({ labels: { environment }, value: own[key] ?? 0 })),
      ),
    ),
    numbers("limited", gateways.flatMap(limitedOf)),
    numbers("cacheLookups", gateways.flatMap(lookupsOf)),
    numbers("queueEstimate", gateways.flatMap(estimatesOf)),
    numbers(
      "breakerOpen",
      targets(gateways, ({ circuit }) => (circuit.state === "closed" ? 0 : 1)),
    ),
    numbers(
      "attemptsInFlight",
      targets(gateways, ({ inFlight }) => inFlight),
    ),
  ];
}

function valuesOf({ load, overload, waiting, limiter, budgets, pauses, cache, pins }: Gateway): Values {
  const { strain, refused } = overload.counts();
  const queue = waiting.counts();
  const limits = limiter.counts();
  const money = budgets.counts();
  return {
    inFlight: load.inFlight,
    shed: refused.reduce((sum, count) => sum + count, 0),
    strain,
    queued: queue.calls,
    queueAge: queue.oldestMs / SECOND_MS,
    limitSubjects: limits.meters,
    limitsShared: Number(limits.shared),
    budgetRefused: load.unpaid,
    budgetTrouble: Number(money.trouble !== null),
    pauses: pauses.all().length,
    cachePoisoned: cache.tally().poisoned,
    cacheStored: cache.cache.counts().stored,
    cacheBytes: cache.cache.counts().bytes ?? 0,
    pinsForgotten: pins.forgotten(),
  };
}

/** Every limit that is configured or has refused anything: a counter begins at 0. */
function limitedOf(gateway: Gateway): readonly NumberPoint[] {
  const { limitedBy } = gateway.load;
  const { environment, meters } = gateway.settings();
  const names = new Set([...(meters?.limits ?? []).map(({ name }) => name), ...limitedBy.keys()]);
  return [...names].map((limit) => ({ labels: { environment, limit }, value: limitedBy.get(limit) ?? 0 }));
}

function lookupsOf(gateway: Gateway): readonly NumberPoint[] {
  const { environment } = gateway.settings();
  return Object.entries(gateway.cache.lookups()).map(([status, value]) => ({ labels: { environment, status }, value }));
}

const estimatesOf = (gateway: Gateway): readonly NumberPoint[] =>
  gateway.waiting.lines().flatMap(({ name, estimateMs }) => {
    const labels = { environment: gateway.settings().environment, limit: name };
    return estimateMs === null ? [] : [{ labels, value: estimateMs / SECOND_MS }];
  });

type Health = ReturnType<Gateway["health"]["all"]>[number]["health"];

const targets = (gateways: readonly Gateway[], valueOf: (health: Health) => number): readonly NumberPoint[] =>
  gateways.flatMap((gateway) => {
    const { environment } = gateway.settings();
    return gateway.health
      .all()
      .slice(0, MOST_TARGETS)
      .map(({ name: { provider, model }, health: own }) => {
        const labels: PointLabels = { environment, provider, model };
        return { labels, value: valueOf(own) };
      });
  });
