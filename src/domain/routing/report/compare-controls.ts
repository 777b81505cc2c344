import { estimateOf, halfWidth, momentsOf, sessionsFor } from "./estimate.ts";
import type { Estimate } from "./estimate.ts";
import { Valuer } from "./policy-value.ts";
import type { PolicyValue } from "./policy-value.ts";
import { quantiles } from "./sample.ts";
import type { Sample } from "./sample.ts";

/** The two controls that a routing has to beat. */
export type Control = "random" | "length";

/** What is said of a comparison. */
export type RoutingVerdict = "beats" | "does not beat" | "not enough sessions";

/** The routing beside a control that costs the same. */
export interface Comparison {
  readonly control: Control;
  /** Of the control, at the cost of the routing. */
  readonly quality: Estimate | null;
  /** Quality of the routing less that of the control; `null` before there is anything to estimate it from. */
  readonly gain: Estimate | null;
  /** Share of sessions that the control sends to its dearer route; `null` where that is unknown. */
  readonly dearShare: number | null;
  readonly verdict: RoutingVerdict;
  /** About how many sessions a verdict needs; `null` when it has one, or when no number would do. */
  readonly needed: number | null;
}

/** Sessions that each route must have had by lot before anything is said. */
export const LEAST_DRAWN = 20;
/** A gain below this is not worth a router: when the interval lies below it, the control is not beaten. */
export const WORTHWHILE = 0.02;
/** Thresholds of the length control that are tried: as many as divide the sessions into parts of equal size. */
const LENGTH_PARTS = 20;
/** A difference in cost counts as known when it is this many standard errors away from zero. */
const KNOWN = 3;

/** The values of the routing and of every route taken always. */
export interface RouteValues {
  readonly valuer: Valuer;
  readonly routing: PolicyValue;
  /** In the order of the sample's routes. */
  readonly always: readonly PolicyValue[];
}

/** Values the routing and each of its routes. */
export function routeValues(sample: Sample): RouteValues {
  const { routes, intended, isMerged } = sample;
  const valuer = new Valuer(sample);
  const followed = (session: number): number => (isMerged ? (intended[session] ?? 0) : routes.length);
  return {
    valuer,
    routing: valuer.value((session, action) => (action === followed(session) ? 1 : 0)),
    always: routes.map((_, route) => valuer.value((_session, action) => (action === route ? 1 : 0))),
  };
}

/** Compares the routing with both controls. */
export function compareControls(sample: Sample, values: RouteValues): readonly Comparison[] {
  const scale = scaleOf(sample, values);
  return (["random", "length"] as const).map((control) => {
    if (scale === null || Math.min(...sample.drawn) < LEAST_DRAWN) {
      return undecided(control, neededToDraw(sample));
    }
    const base = control === "random" ? values.always[scale.cheap] : lengthControl(sample, values, scale);
    return base === undefined ? undecided(control, null) : compare(sample, values, { control, base, scale });
  });
}

const undecided = (control: Control, needed: number | null): Comparison => ({
  control,
  quality: null,
  gain: null,
  dearShare: null,
  verdict: "not enough sessions",
  needed,
});

/** What quality costs by chance: two routes, and the quality per USD on the line between them. */
interface Scale {
  readonly cheap: number;
  readonly dear: number;
  /** 0 where a control cannot buy quality at this cost; then it costs at most as much. */
  readonly perUsd: number;
}

/**
 * The mixture of two routes that has the best quality at the cost of the routing (or less). Choosing the best by
 * estimates favours the control. `null` while the costs of two routes cannot be told apart.
 */
function scaleOf(sample: Sample, { routing, always }: RouteValues): Scale | null {
  const cost = meanOf(routing.costUsd);
  const points = always.map((value) => ({ cost: meanOf(value.costUsd), quality: meanOf(value.quality) }));
  let best: (Scale & { readonly quality: number }) | null = null;
  let isBlurred = false;
  const take = (scale: Scale, quality: number): void => {
    if (best === null || quality > best.quality) best = { ...scale, quality };
  };
  for (const [cheap, low] of points.entries()) {
    if (low.cost <= cost) take({ cheap, dear: cheap, perUsd: 0 }, low.quality);
    for (const [dear, high] of points.entries()) {
      if (low.cost > cost || high.cost <= cost) continue;
      if (!isKnownGap(always[dear], always[cheap])) {
        isBlurred = true;
        continue;
      }
      const perUsd = (high.quality - low.quality) / (high.cost - low.cost);
      take({ cheap, dear, perUsd }, low.quality + perUsd * (cost - low.cost));
    }
  }
  if (best !== null) return best;
  if (isBlurred || sample.n === 0) return null;
  // Cheaper than every route: no mixture costs as little, so the cheapest stands for it.
  const cheapest = points.reduce((least, point, index) => (point.cost < (points[least]?.cost ?? 0) ? index : least), 0);
  return { cheap: cheapest, dear: cheapest, perUsd: 0 };
}

function isKnownGap(dear: PolicyValue | undefined, cheap: PolicyValue | undefined): boolean {
  if (dear === undefined || cheap === undefined) return false;
  const { n, mean, sigma } = momentsOf(dear.costUsd.map((value, index) => value - (cheap.costUsd[index] ?? 0)));
  return mean > (KNOWN * sigma) / Math.sqrt(Math.max(1, n));
}

/** Long requests to the dearer route, short ones to the cheaper, at the threshold whose cost is nearest to the routing's. */
function lengthControl(
  sample: Sample,
  { valuer, routing }: RouteValues,
  { cheap, dear }: Scale,
): PolicyValue | undefined {
  const { characters } = sample;
  const longer = (from: number): PolicyValue =>
    valuer.value((session, action) => {
      const isLong = (characters[session] ?? 0) >= from;
      return action === (isLong ? dear : cheap) ? 1 : 0;
    });
  const cost = meanOf(routing.costUsd);
  const thresholds = [Number.NEGATIVE_INFINITY, ...quantiles(characters, LENGTH_PARTS), Number.POSITIVE_INFINITY];
  const tried = [...new Set(thresholds)].map((from) => longer(from));
  const distance = (value: PolicyValue): number => Math.abs(meanOf(value.costUsd) - cost);
  return tried.toSorted((one, other) => distance(one) - distance(other))[0];
}

interface Contest {
  readonly control: Control;
  /** Brought to the cost of the routing at the rate of the scale. */
  readonly base: PolicyValue;
  readonly scale: Scale;
}

/** Delta method: the contributions of the gain, with the rate of the scale estimated from the same sessions. */
function compare(sample: Sample, values: RouteValues, { control, base, scale }: Contest): Comparison {
  const { routing, always } = values;
  const [cheap, dear] = [always[scale.cheap], always[scale.dear]];
  const extra = meanOf(routing.costUsd) - meanOf(base.costUsd);
  const rate = rateContributions(scale, cheap, dear);
  const gains = routing.quality.map((quality, index) => {
    const better = quality - (base.quality[index] ?? 0);
    const dearer = (routing.costUsd[index] ?? 0) - (base.costUsd[index] ?? 0);
    return better - scale.perUsd * dearer - rate(index) * extra;
  });
  const pseudo = pseudoSquares(sample);
  const { n, mean, sigma } = momentsOf(gains, pseudo);
  const half = halfWidth(sigma, n);
  const gain = { mean, low: mean - half, high: mean + half };
  const verdict = verdictOf(gain);
  return {
    control,
    quality: estimateOf(
      momentsOf(
        routing.quality.map((quality, index) => quality - (gains[index] ?? 0)),
        pseudo,
      ),
      [0, 1],
    ),
    gain,
    dearShare: dearShareOf(values, scale),
    verdict,
    needed: verdict === "not enough sessions" ? sessionsFor(sigma, Math.max(mean, WORTHWHILE - mean)) : null,
  };
}

/** How the rate differs from its mean, by session; nothing where the rate is fixed at 0. */
function rateContributions(
  { perUsd }: Scale,
  cheap: PolicyValue | undefined,
  dear: PolicyValue | undefined,
): (session: number) => number {
  if (cheap === undefined || dear === undefined || cheap === dear) return () => 0;
  const gap = meanOf(dear.costUsd) - meanOf(cheap.costUsd);
  return (session) => {
    const better = (dear.quality[session] ?? 0) - (cheap.quality[session] ?? 0);
    const dearer = (dear.costUsd[session] ?? 0) - (cheap.costUsd[session] ?? 0);
    return (better - perUsd * dearer) / gap;
  };
}

function verdictOf({ low, high }: Estimate): RoutingVerdict {
  if (low > 0) return "beats";
  return high < WORTHWHILE ? "does not beat" : "not enough sessions";
}

/** One good and one bad outcome more for each route, at half the weight that a session drawn by lot has. */
export function pseudoSquares({ n, routes, actions, propensity }: Sample): number {
  let squares = 0;
  for (const route of routes.keys()) {
    let chance = 1;
    for (let session = 0; session < n; session += 1) {
      chance = Math.min(chance, propensity[session * actions + route] ?? 0);
    }
    if (chance > 0) squares += 2 * (0.5 * 0.5 * (1 / chance)) ** 2;
  }
  return squares;
}

function dearShareOf({ routing, always }: RouteValues, { cheap, dear }: Scale): number | null {
  const [low, high] = [always[cheap], always[dear]];
  if (low === undefined || high === undefined) return null;
  if (cheap === dear) return 1;
  const share = (meanOf(routing.costUsd) - meanOf(low.costUsd)) / (meanOf(high.costUsd) - meanOf(low.costUsd));
  return Math.min(1, Math.max(0, share));
}

/** Sessions until each route has been drawn often enough; `null` when nothing is drawn by lot. */
function neededToDraw({ n, drawn, lotShare }: Sample): number | null {
  if (!(lotShare > 0)) return null;
  const missing = LEAST_DRAWN - Math.min(...drawn);
  return missing > 0 ? n + Math.ceil(missing / lotShare) : null;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
