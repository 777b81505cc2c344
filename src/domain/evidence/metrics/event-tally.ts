import { ByEpoch } from "../by-epoch.ts";
import type { EpochRow } from "../by-epoch.ts";
import { ENOUGH_FOR_INTERVAL, ratioOfMeans } from "../stratum.ts";
import type { Stratum } from "../stratum.ts";
import { logAbsoluteNoWorse } from "../absolute-test.ts";
import { EitherTest } from "../either-test.ts";
import { harmEventTest, noWorseEventTest } from "../event-test.ts";
import type { EventTest } from "../event-test.ts";
import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { isBetterHigher } from "./kinds.ts";
import { differentMetric } from "./metric.ts";
import type { Drawn, MetricDisplay, Proof, Tally } from "./metric.ts";

/** Sessions of one epoch; `candidate` and `stable` count those with the event. */
interface EventCounts extends EpochRow {
  candidate: number;
  stable: number;
  candidateSessions: number;
  stableSessions: number;
}

/** Whether a session had the event. */
export type IsEvent<Outcome extends Drawn = SessionOutcome> = (outcome: Outcome) => boolean;

/**
 * Evidence from an event that a session has or has not: the event-conditional test on integer counts per epoch and
 * arm. The ratios of the plan are rate ratios; the value per arm is the share of sessions with the event. For a good
 * event the arms change places: harm is then that stable has it so much more often. With a difference in the plan, in
 * place of the no-worse ratio or beside it, "no worse" is tested on all sessions and not on the events alone.
 */
export class EventTally<Outcome extends Drawn = SessionOutcome> implements Tally<Outcome> {
  readonly #plan: MetricPlan;
  readonly #isEvent: IsEvent<Outcome>;
  readonly #counts = new ByEpoch<EventCounts>((epoch, weight) => ({
    epoch,
    weight,
    candidate: 0,
    stable: 0,
    candidateSessions: 0,
    stableSessions: 0,
  }));
  readonly #harm: EventTest;
  readonly #noWorse: (counts: readonly EventCounts[]) => number;
  /** Sessions without the event tell the test of a difference something, and the ratio's test nothing. */
  readonly #doAllTell: boolean;
  /** `null` since the last event, until somebody asks. */
  #logHarm: number | null = 0;
  #logNoWorse: number | null = 0;

  constructor(plan: MetricPlan, isEvent: IsEvent<Outcome>) {
    this.#plan = plan;
    this.#isEvent = isEvent;
    this.#harm = harmEventTest(plan.harmRatio);
    this.#noWorse = noWorseTest(plan);
    this.#doAllTell = plan.noWorsePoints !== undefined || plan.noWorseOrPoints !== undefined;
  }

  add(outcome: Outcome): void {
    const { arm, epoch, weight } = outcome;
    const counts = this.#counts.row(epoch, weight);
    if (arm === "candidate") counts.candidateSessions += 1;
    else counts.stableSessions += 1;
    if (this.#doAllTell) this.#logNoWorse = null;
    if (!this.#isEvent(outcome)) return;
    counts[arm] += 1;
    this.#logHarm = null;
    this.#logNoWorse = null;
  }

  counts(): readonly EventCounts[] {
    return this.#tested();
  }

  logHarm(): number {
    return (this.#logHarm ??= this.#harm.logE(this.#tested()));
  }

  logNoWorse(): number {
    return (this.#logNoWorse ??= this.#noWorse(this.#tested()));
  }

  /** The counts as the tests take them. */
  #tested(): readonly EventCounts[] {
    const { rows } = this.#counts;
    return isBetterHigher(this.#plan) ? rows.map(turned) : rows;
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

  absorb(other: Proof): void {
    if (!(other instanceof EventTally) || other.#plan.metric !== this.#plan.metric) throw differentMetric();
    for (const counts of other.#counts.rows) addCounts(this.#counts.row(counts.epoch, counts.weight), counts);
    this.#logHarm = null;
    this.#logNoWorse = null;
  }
}

/** ln of the e-value for "no worse" by the plan's margins. Only harmful events have one that is a difference. */
function noWorseTest({ noWorseRatio: ratio, noWorsePoints, noWorseOrPoints }: MetricPlan) {
  if (noWorsePoints !== undefined) {
    return (counts: readonly EventCounts[]): number => logAbsoluteNoWorse(counts, noWorsePoints);
  }
  const test =
    noWorseOrPoints === undefined ? noWorseEventTest(ratio) : new EitherTest({ ratio, points: noWorseOrPoints });
  return (counts: readonly EventCounts[]): number => test.logE(counts);
}

/** The same with the arms in each other's place. */
const turned = ({ epoch, weight, candidate, stable, candidateSessions, stableSessions }: EventCounts): EventCounts => ({
  epoch,
  weight: 1 - weight,
  candidate: stable,
  stable: candidate,
  candidateSessions: stableSessions,
  stableSessions: candidateSessions,
});

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
