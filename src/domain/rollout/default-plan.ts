import type { RolloutPlan } from "./plan.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * The plan of an endpoint that names none. Margins and ladder: the default policy of the delivery
 * reference; they are what the project's simulations were run with.
 */
export const DEFAULT_PLAN: RolloutPlan = {
  strategy: "canary",
  steps: [
    // About 10 candidate sessions: a candidate that fails every session is proven harmful by the third.
    // Five minutes let per-minute rate limits and cold caches show.
    { weight: 0.01, minDurationMs: 5 * MINUTE_MS, minSessions: 1_000, approval: false },
    // About 50 candidate sessions: 36 prove a rise of errors from 1 % to 10 % in the median run.
    { weight: 0.05, minDurationMs: 5 * MINUTE_MS, minSessions: 1_000, approval: false },
    // 25 % nearly minimises the time to a verdict, so the promotion is expected here. The proof decides when
    // (about 5,000 sessions at 1 % errors); the minimum only keeps a lucky start from deciding alone.
    { weight: 0.25, minDurationMs: 10 * MINUTE_MS, minSessions: 400, approval: false },
    { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
  ],
  metrics: [
    { metric: "errors", harmRatio: 1.25, noWorseRatio: 2, share: 1 / 3, required: true, capPico: null },
    { metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25, share: 1 / 3, required: true, capPico: null },
    { metric: "cost", harmRatio: 1.1, noWorseRatio: 1.2, share: 1 / 3, required: true, capPico: null },
  ],
  alpha: 0.05,
  beta: 0.05,
  mode: "enforce",
  // The first turn says whether a release answers; two minutes is the total timeout of a slow model. Outcomes
  // are consumed in assignment order, so a longer window would delay every verdict by as much.
  window: { turns: 1, withinMs: 2 * MINUTE_MS },
  onInconclusive: "hold",
  // At 40 sessions an hour these margins need about 5.5 days.
  deadlineMs: 7 * DAY_MS,
  onNewRelease: "auto",
  // Long enough for the conversations under way to end, short enough that the next release need not wait.
  drainMs: 10 * MINUTE_MS,
  // At 40 sessions an hour a quarter of an hour passes without any once in 20,000 times.
  noDataMs: 15 * MINUTE_MS,
};
