/** Cumulative sums over the audits of hits, one for each size of a rise that is looked for. */
export type AlarmSums = readonly number[];

/**
 * A rise to so many times the bound is looked for: a slow one that takes many audits to see, and a break that a few errors
 * in a row give away.
 */
const RISES = [1.75, 5];

/** No share of errors is looked for beyond this. */
const MOST_SHARE = 0.9;

/**
 * An alarm at ln 300 for each of the sums: with errors exactly at the bound there are on average at least 150 audits of hits
 * between false alarms (Lorden, Ann. Math. Statist. 42, 1971: e^h for each), which are 3,000 hits, and far more below it.
 */
const LIMIT = Math.log(300);

/** The sums before any audit. */
export const CALM: AlarmSums = RISES.map(() => 0);

/**
 * Takes the next audit of a hit: Page's cumulative sum (Biometrika 41, 1954) of the log-likelihood ratio of a raised share of
 * errors against the bound, never below zero.
 */
export const alarmAfter = (sums: AlarmSums, bound: number, isCorrect: boolean): AlarmSums =>
  RISES.map((rise, at) => {
    const raised = Math.min(MOST_SHARE, bound * rise);
    const step = isCorrect ? Math.log1p(-raised) - Math.log1p(-bound) : Math.log(raised / bound);
    return Math.max(0, (sums[at] ?? 0) + step);
  });

/** How far the sums are on the way to an alarm; 1 or more is one. */
export const alarmShare = (sums: AlarmSums): number => Math.max(0, ...sums) / LIMIT;
