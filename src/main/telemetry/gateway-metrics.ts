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
    limited: load.limited,
    shed: refused.reduce((sum, count) => sum + count, 0),
    strain,
    queued: queue.calls,
    queueAge: queue.oldestMs / SECOND_MS,
    limitSubjects: limits.meters,
    limitsShared: Number(limits.shared),
    budgetRefused: money.refused,
    budgetTrouble: Number(money.trouble !== null),
    pauses: pauses.all().length,
    cacheStored: cache.cache.counts().stored,
    cacheBytes: cache.cache.counts().bytes ?? 0,
    pinsForgotten: pins.forgotten(),
  };
}

const estimatesOf = (gateway: Gateway): readonly NumberPoint[] =>
  gateway.waiting.lines().map(({ name, estimateMs }) => ({
    labels: { environment: gateway.settings().environment, limit: name },
    value: estimateMs / SECOND_MS,
  }));

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
