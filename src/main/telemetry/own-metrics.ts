import { VERSION } from "../../contract/version.ts";
import { numbers } from "../../domain/telemetry/metric-point.ts";
import type { MetricFamily, PointLabels } from "../../domain/telemetry/metric-point.ts";
import type { MetricKey } from "../../domain/telemetry/metric-table.ts";
import type { House } from "../plug.ts";

const MICRO = 1e6;

/** How Rollward itself is doing, as far as nobody has to be asked for it. */
export function ownMetrics(house: House): readonly MetricFamily[] {
  const { stores, refusals } = house;
  return [
    one("build", 1, { version: VERSION, store: stores.kind }),
    ...(stores.valkey === undefined ? [] : [one("valkeyUp", Number(stores.valkey.isReady))]),
    ...queuesOf(house),
    ...processOf(),
    numbers(
      "refused",
      [...refusals].map(([code, value]) => ({ labels: { code }, value })),
    ),
  ];
}

const one = (metric: MetricKey, value: number, labels: PointLabels = {}): MetricFamily =>
  numbers(metric, [{ labels, value }]);

function queuesOf({ stores, gateway, delivery, seriesKeeper }: House): readonly MetricFamily[] {
  const records = gateway.recorder.counts();
  const evidence = delivery.log.counts();
  const series = seriesKeeper.counts();
  return [
    one("replicas", Math.max(1, delivery.replicas.live.length)),
    one("leader", Number(delivery.replicas.isLeader)),
    one("records", records.recorded),
    numbers("recordsDropped", [
      { labels: { part: "bodies" }, value: records.droppedBodies },
      { labels: { part: "facts" }, value: records.droppedFacts },
    ]),
    one("recordsWaiting", records.waiting),
    one("recordsWaitingBytes", records.waitingBytes),
    one("evidence", evidence.written),
    one("evidenceDropped", evidence.dropped + stores.forgottenEvidence()),
    one("evidenceWaiting", evidence.waiting),
    one("unobserved", delivery.observatory.unobserved()),
    one("seriesWaiting", series.waiting),
    one("seriesMerged", series.merged),
    one("seriesDropped", series.droppedCells),
  ];
}

function processOf(): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    one("cpu", (user + system) / MICRO),
    one("memory", rss),
    one("heap", heapUsed),
    one("started", Math.round(performance.timeOrigin / 1_000)),
  ];
}
