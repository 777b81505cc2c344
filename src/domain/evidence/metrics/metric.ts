import type { EventCounts } from "../event-test.ts";
import type { DelayedOutcome, MetricReading, MetricUnit, SessionOutcome } from "../evidence.ts";
import type { CommonMetricName, DelayedMetricName, MetricPlan } from "../../rollout/plan.ts";

/** What people see of a metric besides its tests. */
export type MetricDisplay = Pick<MetricReading, "n" | "value" | "effect" | "causes" | "real">;

/** What every outcome says, whatever else it says: where its session stood. */
export type Drawn = Pick<SessionOutcome, "arm" | "epoch" | "weight">;

/** What the running evidence of one metric of one rollout says. */
export interface Proof {
  /** ln of the e-value against "no worse than the harm margin"; finite. */
  logHarm(): number;
  /** ln of the e-value against "worse by the no-worse margin or more"; finite. */
  logNoWorse(): number;
  /** `alpha`: level of the interval. */
  display(alpha: number): MetricDisplay;
  /** Adds another replica's evidence of the same metric and plan; unfinished blocks of either are left out. */
  absorb(other: Proof): void;
  /**
   * ln of the e-value against "outcomes are left out of both arms alike"; absent for a metric that leaves none out.
   */
  logLeftOut?(): number;
  /** Sessions with the event by epoch, the worse arm as the candidate; absent for what is no event. */
  counts?(): readonly EventCounts[];
}

/** The running evidence of one metric of one rollout, and what it is gathered from. */
export interface Tally<Outcome extends Drawn = SessionOutcome> extends Proof {
  /** Takes one session, in assignment order, with 0 < weight < 1. In the request's way: constant work. */
  add(outcome: Outcome): void;
}

/** A gate metric whose outcome is known when a session's window ends: one file in this folder and one line in `index.ts`. */
export interface MetricDefinition {
  readonly name: Exclude<CommonMetricName, DelayedMetricName>;
  /** Unit of the value per arm. */
  readonly unit: MetricUnit;
  create(plan: MetricPlan): Tally;
}

/** A gate metric whose outcome somebody sends later. */
export interface DelayedMetricDefinition {
  readonly name: DelayedMetricName | "business";
  unitOf(plan: MetricPlan): MetricUnit;
  create(plan: MetricPlan): Tally<DelayedOutcome>;
}

/** Marks an object as a metric; it adds nothing. */
export const defineMetric = (definition: MetricDefinition): MetricDefinition => definition;

/** Marks an object as a delayed metric; it adds nothing. */
export const defineDelayedMetric = (definition: DelayedMetricDefinition): DelayedMetricDefinition => definition;

/** What `absorb` throws when it is handed the evidence of another metric. */
export const differentMetric = (): TypeError => new TypeError("Only tallies of the same metric add up.");
