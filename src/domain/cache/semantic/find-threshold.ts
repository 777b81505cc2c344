import type { TestTerms } from "./plan-cuts.ts";

/** An event that certifies: what the score gave it, and whether the kept answer was right. */
export interface ScoredEvent {
  readonly score: number;
  readonly isCorrect: boolean;
}

/** One cut that was tested: the events above a score. */
export interface Cut {
  /** Hits are the events that score more than this. */
  readonly threshold: number;
  readonly n: number;
  readonly wrong: number;
  /** Upper bound on the share of wrong ones above the threshold. */
  readonly upper: number;
}

/** What a test found. */
export interface ThresholdTest {
  /** The most generous cut that passed before the first failure; `null` where the strictest one failed. */
  readonly passed: Cut | null;
  /** The cut that failed; `null` where none did. */
  readonly failed: Cut | null;
}

/**
 * Learn, then test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021) by fixed-sequence testing: walks cuts of the given
 * sizes, strictest first, and stops at the first whose upper bound exceeds the terms'. The events must be a random sample of
 * lookups that the score was not fitted on, highest score first, and the sizes must not depend on their labels. Since the walk
 * stops, no cut costs a part of α.
 *
 * A cut of size n is the events that score more than the (n + 1)-th: given that score they are a random sample of what
 * lies above it, which the boundary event itself would not be. The cut of all events has no boundary: what is bounded are all
 * lookups, and those that score less than any that was audited are left out on the assumption that errors get rarer as the
 * score grows. It is what proves questions that all look alike to the score.
 */
export function findThreshold(
  events: readonly ScoredEvent[],
  sizes: readonly number[],
  terms: TestTerms,
): ThresholdTest {
  let [passed, counted, wrong]: [Cut | null, number, number] = [null, 0, 0];
  for (const size of sizes) {
    const threshold = events[size]?.score ?? belowAll(events);
    // Events that score just the same as the boundary lie on it too, and are left out.
    for (let event = events[counted]; event !== undefined && event.score > threshold; event = events[counted]) {
      wrong += Number(!event.isCorrect);
      counted += 1;
    }
    // Where a group of equal scores is all there is, too few lie above it to prove anything, whatever their labels.
    if (counted === 0 || terms.boundOf({ n: counted, wrong: 0 }) > terms.bound) continue;
    const upper = terms.boundOf({ n: counted, wrong });
    const cut = { threshold, n: counted, wrong, upper };
    if (upper > terms.bound) return { passed, failed: cut };
    passed = cut;
  }
  return { passed, failed: null };
}

/** Lookups that score like the lowest event score more than this, those that score less do not. */
const belowAll = (events: readonly ScoredEvent[]): number => (events.at(-1)?.score ?? 0) * (1 - 1e-9);
