import { absoluteWealth, betGrowth } from "./absolute-test.ts";
import type { EventRates, SessionCounts } from "./absolute-test.ts";
import { noWorseEventTest } from "./event-test.ts";
import type { EventTest } from "./event-test.ts";
import { NO_WORSE_RATIO, POINTS_BETS } from "./grids.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { growthPerSession } from "./planner.ts";

/** Where "no worse" ends: where the candidate is past both. */
export interface EitherMargin {
  /** Rate candidate : stable, above 1. */
  readonly ratio: number;
  /** Difference of the shares of sessions, candidate less stable, in (0, 1). */
  readonly points: number;
}

/**
 * The no-worse test that either of two margins satisfies. Null: the candidate's rate is at least `ratio` times stable's
 * *and* its share of sessions higher by at least `points`. A process that is an e-process under a null is one under every
 * part of it, so the tests of both margins are e-processes under their intersection; and so is their average, under any
 * dependence (Vovk and Wang, E-values: calibration, combination and applications, Ann. Statist. 49(3), 2021, section 3).
 * It costs ln 2 against the test of the right margin alone, and needs no event where nothing ever happens.
 *
 * The ratio is tested on the sessions with the event (`EventTest`), the difference on all of them (`logAbsoluteNoWorse`),
 * with bets of its own. Only counts per weight matter, so that replicas add up exactly.
 */
export class EitherTest {
  readonly #ratio: EventTest;
  readonly #points: number;

  constructor({ ratio, points }: EitherMargin) {
    this.#ratio = noWorseEventTest(ratio);
    this.#points = points;
  }

  /** Natural logarithm of the e-value of these counts; 0 without sessions. Finite for weights inside (0, 1). */
  logE(counts: readonly SessionCounts[]): number {
    const byPoints = POINTS_BETS.map(({ bet, share }) => Math.log(share) + absoluteWealth(counts, this.#points, bet));
    return logSumExp([this.#ratio.logE(counts), logSumExp(byPoints)]) - Math.LN2;
  }
}

/** How fast a test decides. */
export interface EitherGrowth {
  /** Of ln of the best bet's capital per session of both arms, in nats; 0 when none grows. */
  readonly growth: number;
  /** What that bet lacks at first because others have their part of its test's capital, nats. */
  readonly mixture: number;
}

/** Expected growth of the test's log E at these true shares, by whichever margin proves it sooner. */
export function eitherGrowth(rates: EventRates, weight: number, { ratio, points }: EitherMargin): EitherGrowth {
  const { stable, candidate } = rates;
  const isBelow = candidate < ratio * stable;
  const byRatio = isBelow
    ? growthPerSession({ stableRate: stable, candidateRate: candidate, weight, margin: ratio })
    : 0;
  const ways: readonly EitherGrowth[] = [
    { growth: byRatio, mixture: Math.log(NO_WORSE_RATIO.length) },
    ...POINTS_BETS.map(({ bet, share }) => ({
      growth: betGrowth(rates, { weight, margin: points, multiple: bet }),
      mixture: -Math.log(share),
    })),
  ];
  const best = ways.reduce((sooner, way) => (way.growth > sooner.growth ? way : sooner));
  return best.growth > 0 ? best : { growth: 0, mixture: 0 };
}
