import { blockSize } from "./blocks.ts";

/** What one block pays: the mean of the payoff, and its variance for so many sessions of each arm. */
export interface BlockOutlook {
  readonly mean: number;
  readonly varianceOf: (candidates: number, stables: number) => number;
}

/** A test on blocks at one candidate weight. */
export interface BlockBets {
  readonly weight: number;
  /** The bets λ that the test is spread over. */
  readonly bets: readonly number[];
}

/** Sessions of the rarer arm in a block beyond this share of the whole need not be looked at: none has them. */
const UNLIKELY = 1e-9;

/**
 * Expected growth of log E per session of a test on closed blocks, in nats, with the best bet of its grid; at most 0
 * when nothing speaks for the claim. To second order: E ln(1 + λX) ≈ λ E X - λ² E X² / 2, for payoffs well inside the
 * limits of the bets.
 */
export function blockGrowth({ mean, varianceOf }: BlockOutlook, { weight, bets }: BlockBets): number {
  const size = blockSize(weight);
  let useful = 0;
  let squares = 0;
  let probability = (1 - weight) ** size;
  for (let candidates = 1; candidates < size; candidates += 1) {
    probability *= ((size - candidates + 1) / candidates) * (weight / (1 - weight));
    if (probability < UNLIKELY) {
      if (candidates > size * weight) break;
      continue;
    }
    useful += probability;
    squares += probability * (varianceOf(candidates, size - candidates) + mean ** 2);
  }
  const growths = bets.map((bet) => bet * mean * useful - (bet ** 2 * squares) / 2);
  return Math.max(...growths) / size;
}
