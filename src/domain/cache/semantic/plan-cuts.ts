import { betaCdf } from "./beta.ts";
import { leastSample } from "./judge-bound.ts";
import type { BoundOf } from "./judge-bound.ts";
import type { ScoredEvent } from "./find-threshold.ts";

/** What a test is held to. */
export interface TestTerms {
  /** Most wrong ones among hits, as a share. */
  readonly bound: number;
  /** Upper bound that a sample proves, at the level of this one test. */
  readonly boundOf: BoundOf;
}

/** Each cut is larger than the one before by this factor. */
const GROWTH = 1.25;

/** A walk is worth beginning where the likeliest of its cuts passes with this probability. */
const LEAST_CHANCE = 0.8;
/** Cuts that pass about as likely as the likeliest: the strictest of them is the first. */
const ABOUT = 0.02;
/** A walk is expected to get as far as this is exceeded. */
const EVEN_CHANCE = 0.5;

/** A score was fitted to make its own errors look few: so many times as many are expected. */
const PESSIMISM = 1.5;
/** And so many more beside those that it was fitted on: none among few is no news. */
const UNSEEN = 3;

/**
 * Sizes of the cuts for a number of events, strictest first, from the smallest that could pass at all to all events. They depend
 * on nothing but that number and the terms. Empty where no cut could pass.
 */
export function cutSizes(events: number, { bound, boundOf }: TestTerms): readonly number[] {
  const most = events - 1;
  const least = most < 1 ? null : leastSample(boundOf, bound, most);
  if (least === null) return [];
  const sizes: number[] = [];
  for (let size = least; size < most; size = Math.ceil(size * GROWTH)) sizes.push(size);
  return [...sizes, most, events];
}

/** The cuts that a test will walk, and how far it is expected to get. */
export interface CutPlan {
  /** Strictest first; empty where no test is worth it yet. */
  readonly sizes: readonly number[];
  /** The most generous cut up to which all are expected to pass. */
  readonly reach: number;
}

/**
 * Plans a test before any label of its events is looked at. The walk begins at the strictest of `cutSizes` that is
 * about as likely to pass as any, by what the score itself expects: among very few events one mislabelled pair would end it,
 * and a test that nobody expects to pass would only cost a part of α. `scores` of these events and `trained`, the events that
 * the score was fitted on, fall.
 */
export function planCuts(scores: readonly number[], trained: readonly ScoredEvent[], terms: TestTerms): CutPlan {
  const sizes = cutSizes(scores.length, terms);
  const shares = expectedShares(sizes, scores, trained);
  const chances = sizes.map((size, at) => passChance(size, shares[at] ?? 1, terms));
  const most = Math.max(0, ...chances);
  if (most < LEAST_CHANCE) return { sizes: [], reach: 0 };
  const first = chances.findIndex((chance) => chance >= most - ABOUT);
  const end = chances.findIndex((chance, at) => at > first && chance < EVEN_CHANCE);
  return { sizes: sizes.slice(first), reach: sizes.at(end < 0 ? -1 : end - 1) ?? 0 };
}

/** The share of wrong ones to expect in each cut: by what the score says of its events, or of those that it was fitted on. */
function expectedShares(
  sizes: readonly number[],
  scores: readonly number[],
  trained: readonly ScoredEvent[],
): readonly number[] {
  let [said, at, seen, wrong] = [0, 0, 0, 0];
  return sizes.map((size) => {
    for (; at < size; at += 1) said += 1 - (scores[at] ?? 0);
    const threshold = scores[size] ?? 0;
    for (let event = trained[seen]; event !== undefined && event.score > threshold; event = trained[seen]) {
      wrong += Number(!event.isCorrect);
      seen += 1;
    }
    const found = (PESSIMISM * wrong + UNSEEN) / Math.max(1, seen);
    return Math.min(1, found, (PESSIMISM * said) / size);
  });
}

/** Probability that a cut of `n` events passes when each is wrong with probability `share`. */
function passChance(n: number, share: number, terms: TestTerms): number {
  const most = mostWrong(n, terms);
  if (most < 0) return 0;
  return most >= n ? 1 : 1 - betaCdf(share, most + 1, n - most);
}

/** The most wrong ones with which a cut of `n` events passes; -1 where it cannot. */
function mostWrong(n: number, { bound, boundOf }: TestTerms): number {
  let [low, high] = [-1, n];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (boundOf({ n, wrong: middle }) <= bound) low = middle;
    else high = middle;
  }
  return low;
}
