import type { MetricReading, SessionOutcome } from "../evidence.ts";
import type { MetricName, MetricPlan } from "../../rollout/plan.ts";

/** What people see of a metric besides its tests. */
export type MetricDisplay = Pick<MetricReading, "n" | "value" | "effect">;

/** The running evidence of one metric of one rollout. */
export interface Tally {
  /** Takes one session, in assignment order, with 0 < weight < 1. In the request's way: constant work. */
  add(outcome: SessionOutcome): void;
  /** ln of the e-value against "no worse than the harm ratio"; finite. */
  logHarm(): number;
  /** ln of the e-value against "worse by the no-worse ratio or more"; finite. */
  logNoWorse(): number;
  /** `alpha`: level of the interval. */
  display(alpha: number): MetricDisplay;
  /** Adds another replica's tally of the same metric and plan; unfinished blocks of either are left out. */
  absorb(other: Tally): void;
}

/** A gate metric: one file in this folder and one line in `index.ts`. */
export interface MetricDefinition {
  readonly name: MetricName;
  /** Unit of the value per arm. */
  readonly unit: MetricReading["unit"];
  create(plan: MetricPlan): Tally;
}

/** Marks an object as a metric; it adds nothing. */
export const defineMetric = (definition: MetricDefinition): MetricDefinition => definition;

/** What `absorb` throws when it is handed the tally of another metric. */
export const differentMetric = (): TypeError => new TypeError("Only tallies of the same metric add up.");
