import { ByEpoch } from "../by-epoch.ts";
import type { EpochRow } from "../by-epoch.ts";
import { ENOUGH_FOR_INTERVAL, ratioOfMeans } from "../stratum.ts";
import type { Stratum } from "../stratum.ts";
import { harmEventTest, noWorseEventTest } from "../event-test.ts";
import type { EventTest } from "../event-test.ts";
import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { differentMetric } from "./metric.ts";
import type { MetricDisplay, Tally } from "./metric.ts";

/** Sessions of one epoch; `candidate` and `stable` count those with the event. */
interface EventCounts extends EpochRow {
  candidate: number;
  stable: number;
  candidateSessions: number;
  stableSessions: number;
}

/** Whether a session had the event. */
export type IsEvent = (outcome: SessionOutcome) => boolean;

/**
 * Evidence from a harmful event that a session has or has not: the event-conditional test on integer counts per
 * epoch and arm. The ratios of the plan are rate ratios; the value per arm is the share of sessions with the event.
 */
export class EventTally implements Tally {
  readonly #isEvent: IsEvent;
  readonly #counts = new ByEpoch<EventCounts>((epoch, weight) => ({
    epoch,
    weight,
    candidate: 0,
    stable: 0,
    candidateSessions: 0,
    stableSessions: 0,
  }));
  readonly #harm: EventTest;
  readonly #noWorse: EventTest;
  /** `null` since the last event, until somebody asks. */
  #logHarm: number | null = 0;
  #logNoWorse: number | null = 0;

  constructor({ harmRatio, noWorseRatio }: MetricPlan, isEvent: IsEvent) {
    this.#isEvent = isEvent;
    this.#harm = harmEventTest(harmRatio);
    this.#noWorse = noWorseEventTest(noWorseRatio);
  }

  add(outcome: SessionOutcome): void {
    const { arm, epoch, weight } = outcome;
    const counts = this.#counts.row(epoch, weight);
    if (arm === "candidate") counts.candidateSessions += 1;
    else counts.stableSessions += 1;
    if (!this.#isEvent(outcome)) return;
    counts[arm] += 1;
    this.#logHarm = null;
    this.#logNoWorse = null;
  }

  logHarm(): number {
    return (this.#logHarm ??= this.#harm.logE(this.#counts.rows));
  }

  logNoWorse(): number {
    return (this.#logNoWorse ??= this.#noWorse.logE(this.#counts.rows));
  }

  display(alpha: number): MetricDisplay {
    const totals = { candidate: 0, stable: 0, candidateSessions: 0, stableSessions: 0 };
    for (const counts of this.#counts.rows) addCounts(totals, counts);
    const { candidate, stable, candidateSessions, stableSessions } = totals;
    const isEnough = Math.min(candidate, stable) >= ENOUGH_FOR_INTERVAL;
    return {
      n: { stable: stableSessions, candidate: candidateSessions },
      value: { stable: share(stable, stableSessions), candidate: share(candidate, candidateSessions) },
      effect: ratioOfMeans(this.#counts.rows.map(asStratum), { alpha, isEnough }),
    };
  }

  absorb(other: Tally): void {
    if (!(other instanceof EventTally) || other.#isEvent !== this.#isEvent) throw differentMetric();
    for (const counts of other.#counts.rows) addCounts(this.#counts.row(counts.epoch, counts.weight), counts);
    this.#logHarm = null;
    this.#logNoWorse = null;
  }
}

const share = (events: number, sessions: number): number | null => (sessions === 0 ? null : events / sessions);

function addCounts(counts: Omit<EventCounts, keyof EpochRow>, other: Omit<EventCounts, keyof EpochRow>): void {
  counts.candidate += other.candidate;
  counts.stable += other.stable;
  counts.candidateSessions += other.candidateSessions;
  counts.stableSessions += other.stableSessions;
}

/** Ones and zeros: the sum of the squares is the sum. */
const asStratum = ({ epoch, weight, candidate, stable, candidateSessions, stableSessions }: EventCounts): Stratum => ({
  epoch,
  weight,
  candidate: { n: candidateSessions, sum: candidate, squares: candidate },
  stable: { n: stableSessions, sum: stable, squares: stable },
});
