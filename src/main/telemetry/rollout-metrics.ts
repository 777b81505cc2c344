import type { Delivery } from "../../delivery/delivery.ts";
import type { Reading } from "../../domain/evidence/evidence.ts";
import { releaseName } from "../../domain/release/release.ts";
import { numbers } from "../../domain/telemetry/metric-point.ts";
import type { MetricFamily, NumberPoint, PointLabels } from "../../domain/telemetry/metric-point.ts";
import { servedRollout } from "../../domain/traffic/route.ts";
import type { Route } from "../../domain/traffic/route.ts";

/** What is said of one rollout under way. */
interface Standing {
  readonly labels: PointLabels;
  readonly weight: number;
  readonly reading: Reading | null;
}

/** How the rollouts under way stand, as metrics. */
export function rolloutMetrics({
  routes,
  observatory,
}: Pick<Delivery, "routes" | "observatory">): readonly MetricFamily[] {
  const standings = routes.all().flatMap((route): readonly Standing[] => {
    const rolloutId = servedRollout(route);
    if (rolloutId === null) return [];
    return [{ ...candidateOf(route), reading: observatory.ledger(rolloutId)?.reading() ?? null }];
  });
  const readings = standings.flatMap(({ labels, reading }) => (reading === null ? [] : [{ labels, reading }]));
  return [
    numbers(
      "rolloutWeight",
      standings.map(({ labels, weight }) => ({ labels, value: weight })),
    ),
    numbers("rolloutSessions", readings.flatMap(sessionsOf)),
    numbers(
      "rolloutLogE",
      readings.flatMap((one) => testsOf(one, "logE")),
    ),
    numbers(
      "rolloutThreshold",
      readings.flatMap((one) => testsOf(one, "threshold")),
    ),
    numbers(
      "sampleRatio",
      readings.map(({ labels, reading }) => ({ labels, value: reading.sampleRatio.logE })),
    ),
  ];
}

/** While a promotion drains the promoted release is the stable one already: all new sessions get it but those that are held back. */
function candidateOf({
  channel,
  split,
  draining,
  shadow,
  preview,
  stable,
}: Route): Pick<Standing, "labels" | "weight"> {
  const { endpoint, environment } = channel;
  const release = split?.candidate ?? (draining === null ? (shadow ?? preview)?.candidate : stable) ?? stable;
  const weight = split?.weight ?? (draining === null ? 0 : 1 - (draining.holdback?.held ?? 0));
  return { labels: { environment, endpoint, release: releaseName(release) }, weight };
}

interface Read {
  readonly labels: PointLabels;
  readonly reading: Reading;
}

const sessionsOf = ({ labels, reading: { sessions } }: Read): readonly NumberPoint[] => [
  { labels: { ...labels, arm: "stable" }, value: sessions.stable },
  { labels: { ...labels, arm: "candidate" }, value: sessions.candidate },
];

const testsOf = ({ labels, reading }: Read, member: "logE" | "threshold"): readonly NumberPoint[] => [
  {
    labels: { ...labels, metric: "all", test: "harm" },
    value: member === "logE" ? reading.union.logR : reading.union.threshold,
  },
  ...reading.metrics.flatMap(({ metric, harm, noWorse }) => [
    { labels: { ...labels, metric, test: "harm" }, value: harm[member] },
    { labels: { ...labels, metric, test: "no_worse" }, value: noWorse[member] },
  ]),
];
