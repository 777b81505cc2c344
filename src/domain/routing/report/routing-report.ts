import type { RoutingPolicy } from "../routing-policy.ts";
import { ROUTED } from "../routing-policy.ts";
import { compareControls, pseudoSquares, routeValues } from "./compare-controls.ts";
import type { Comparison, RoutingVerdict } from "./compare-controls.ts";
import { estimateOf, momentsOf } from "./estimate.ts";
import type { Estimate } from "./estimate.ts";
import type { RoutedSession } from "./routed-session.ts";
import { sampleOf } from "./sample.ts";
import type { Sample } from "./sample.ts";

/** One policy: what was done with the sessions of that row, and what it is worth for all of them. */
export interface ReportRow {
  /** `routed`, or `always <route>`. */
  readonly policy: string;
  /** Sessions that really were served so. */
  readonly sessions: number;
  /** Share of sessions all of whose answers were good; `null` while too few were served so. */
  readonly quality: Estimate | null;
  readonly costUsd: Estimate | null;
  /** Mean of the sessions that were served so, ms; `null` without any. */
  readonly latencyMs: number | null;
}

/** Whether a routing is worth having. */
export interface RoutingReport {
  readonly strategy: RoutingPolicy["strategy"]["type"];
  readonly explore: number;
  readonly sessions: number;
  readonly calls: number;
  /** Sessions drawn by lot. */
  readonly explored: number;
  readonly rows: readonly ReportRow[];
  readonly comparisons: readonly Comparison[];
  /** The worse of the two comparisons: a routing beats chance only if it beats both controls. */
  readonly verdict: RoutingVerdict;
  readonly needed: number | null;
}

/** Sessions of a kind that a row needs before it shows estimates. */
const LEAST_SHOWN = 5;

/** The report on a release's routing from its sessions, in the order in which they began. */
export function routingReport(policy: RoutingPolicy, sessions: readonly RoutedSession[]): RoutingReport {
  const names = policy.routes.map(({ name }) => name);
  const sample = sampleOf(names, sessions, policy.strategy.type !== "cascade");
  const values = routeValues(sample);
  const comparisons = compareControls(sample, values);
  const served = (action: string): readonly RoutedSession[] => sessions.filter((one) => one.action === action);
  const routed = rowOf(sample, { policy: ROUTED, sessions: served(ROUTED), value: values.routing });
  const always = names.map((name, route) =>
    rowOf(sample, { policy: `always ${name}`, sessions: served(name), value: values.always[route] ?? values.routing }),
  );
  const needed = comparisons.map((one) => one.needed);
  return {
    strategy: policy.strategy.type,
    explore: policy.explore,
    sessions: sessions.length,
    calls: sessions.reduce((sum, { calls }) => sum + calls, 0),
    explored: sessions.filter(({ action }) => action !== ROUTED).length,
    rows: [routed, ...always],
    comparisons,
    verdict: verdictOver(comparisons.map(({ verdict }) => verdict)),
    needed: needed.every((one) => one === null) ? null : Math.max(...needed.map((one) => one ?? 0)),
  };
}

function verdictOver(verdicts: readonly RoutingVerdict[]): RoutingVerdict {
  if (verdicts.includes("does not beat")) return "does not beat";
  return verdicts.includes("not enough sessions") ? "not enough sessions" : "beats";
}

interface RowTerms {
  readonly policy: string;
  readonly sessions: readonly RoutedSession[];
  readonly value: { readonly quality: Float64Array; readonly costUsd: Float64Array };
}

function rowOf(sample: Sample, { policy, sessions, value }: RowTerms): ReportRow {
  const isShown = sessions.length >= LEAST_SHOWN;
  // A row of its own rests on the few sessions that were drawn to it, and a share near 1 is skewed: eight outcomes more.
  const pseudo = policy === ROUTED ? 0.5 : (16 * pseudoSquares(sample)) / sample.routes.length;
  return {
    policy,
    sessions: sessions.length,
    quality: isShown ? estimateOf(momentsOf(value.quality, pseudo), [0, 1]) : null,
    costUsd: isShown ? estimateOf(momentsOf(value.costUsd), [0, Number.MAX_VALUE]) : null,
    latencyMs:
      sessions.length === 0 ? null : sessions.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / sessions.length,
  };
}
