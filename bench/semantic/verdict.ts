import { DEFAULT_TERMS } from "../../src/domain/cache/semantic/certification-terms.ts";
import { lowerBound } from "../../src/domain/cache/semantic/exact-bounds.ts";
import type { Tally } from "./run-rule.ts";

/** A run contradicts its bound when chance alone would give so many wrong hits at the bound only this rarely. */
const LEVEL = 0.01;

/** Whether a run's wrong hits cannot be explained by a true share at the bound. */
export const contradicts = ({ hits, wrong }: Tally, bound: number): boolean =>
  hits > 0 && lowerBound({ n: hits, wrong }, LEVEL) > bound;

/**
 * Whether runs of the same rule break their promise. The promise is that the bound holds with probability 1 - α, so of several
 * runs some may break it: it is broken when more runs contradict the bound than a share α of them would by chance in 99 of
 * 100 benches, or when the middle run has more wrong hits than the bound.
 */
export function isBroken(runs: readonly Tally[], bound: number): boolean {
  const contradicting = runs.filter((run) => contradicts(run, bound)).length;
  const shares = runs.map(({ hits, wrong }) => (hits === 0 ? 0 : wrong / hits));
  return contradicting > mostByChance(runs.length, DEFAULT_TERMS.alpha) || median(shares) > bound;
}

/** The smallest number that a binomial count exceeds with a probability of 1 % at most. */
function mostByChance(n: number, chance: number): number {
  let exactly = (1 - chance) ** n;
  let upTo = exactly;
  let count = 0;
  while (upTo < 0.99 && count < n) {
    exactly *= (((n - count) / (count + 1)) * chance) / (1 - chance);
    upTo += exactly;
    count += 1;
  }
  return count;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
