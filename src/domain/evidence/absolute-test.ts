import { BOUNDED_LAMBDA } from "./grids.ts";
import { logSumExp } from "./log-sum-exp.ts";

/** Sessions under one weight, and those of them that had the event. Integers: they are the test's sufficient statistic. */
export interface SessionCounts {
  /** Candidate weight in force when the sessions were assigned, in (0, 1). */
  readonly weight: number;
  readonly candidate: number;
  readonly stable: number;
  readonly candidateSessions: number;
  readonly stableSessions: number;
}

/**
 * The factors of one bet per session: 1 + λ (m - Z), Z the event weighed by the inverse probability of its arm (see
 * `inverseProbabilityEvent`). λ is the same multiple of the admissible limit 1 / (1/w - m) at every weight: the weight
 * is known before the session is drawn, so the bet may depend on it, and a bet made small enough for 1 % would say
 * next to nothing at 25 %.
 */
function factorsAt(weight: number, margin: number, multiple: number) {
  const bet = multiple / (1 / weight - margin);
  return {
    onCandidate: Math.log1p(bet * (margin - 1 / weight)),
    onStable: Math.log1p(bet * (margin + 1 / (1 - weight))),
    none: Math.log1p(bet * margin),
  };
}

/**
 * The no-worse test with an absolute margin. Null: the share of the candidate's sessions with the event is higher than
 * stable's by `margin` or more. Every session counts, with an event or without, and only their numbers per weight
 * matter, so that replicas add up exactly. Source: Howard, Ramdas, McAuliffe and Sekhon, Ann. Statist. 49(2), 2021,
 * section on average treatment effects.
 */
export function logAbsoluteNoWorse(counts: readonly SessionCounts[], margin: number): number {
  const wealth = BOUNDED_LAMBDA.map((multiple) => absoluteWealth(counts, margin, multiple));
  return logSumExp(wealth) - Math.log(wealth.length);
}

/** ln of the capital that one bet of the test has made of 1; `multiple`, in (0, 1), is that of the admissible limit. */
export const absoluteWealth = (counts: readonly SessionCounts[], margin: number, multiple: number): number =>
  counts.reduce((sum, { weight, candidate, stable, candidateSessions, stableSessions }) => {
    const { onCandidate, onStable, none } = factorsAt(weight, margin, multiple);
    const others = candidateSessions + stableSessions - candidate - stable;
    return sum + candidate * onCandidate + stable * onStable + others * none;
  }, 0);

/** True shares of the sessions of each arm that have the event. */
export interface EventRates {
  readonly stable: number;
  readonly candidate: number;
}

/** Expected growth of the test's log E per session at these true shares, in nats, with the best bet of the grid; exact. */
export const absoluteGrowth = (rates: EventRates, weight: number, margin: number): number =>
  Math.max(...BOUNDED_LAMBDA.map((multiple) => betGrowth(rates, { weight, margin, multiple })));

/** One bet of the test, at one weight. */
interface BetTerms {
  readonly weight: number;
  readonly margin: number;
  readonly multiple: number;
}

/** Expected growth of ln of one bet's capital per session at these true shares, in nats; exact. */
export function betGrowth({ stable, candidate }: EventRates, { weight, margin, multiple }: BetTerms): number {
  const onCandidate = weight * candidate;
  const onStable = (1 - weight) * stable;
  const factors = factorsAt(weight, margin, multiple);
  return onCandidate * factors.onCandidate + onStable * factors.onStable + (1 - onCandidate - onStable) * factors.none;
}
