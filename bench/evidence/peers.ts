import { oneSidedHalfWidth } from "../../src/domain/evidence/asymptotic-interval.ts";
import { ALPHA } from "./scenario.ts";

/** Requests and failed requests of one minute. */
export interface Minute {
  readonly candidate: number;
  readonly candidateFailed: number;
  readonly stable: number;
  readonly stableFailed: number;
}

/** A rule of another product: looks once per minute and says whether it rolls back now. */
export type Rule = (minute: Minute, index: number) => boolean;

const Z_95 = 1.645;

/** Flagger: five failed checks in all; a share below the threshold is one, and so is a minute without requests. */
export function flagger(threshold: number): Rule {
  let failures = 0;
  return ({ candidate, candidateFailed }) => {
    if (candidate === 0 || 1 - candidateFailed / candidate < threshold) failures += 1;
    return failures >= 5;
  };
}

/** Argo Rollouts' example: more than three failed measurements of five minutes; an empty one is not failed. */
export function argo(threshold: number): Rule {
  let measurements = 0;
  let requests = 0;
  let failed = 0;
  return ({ candidate, candidateFailed }, index) => {
    requests += candidate;
    failed += candidateFailed;
    if (index % 5 !== 4) return false;
    if (requests > 0 && 1 - failed / requests < threshold) measurements += 1;
    requests = 0;
    failed = 0;
    return measurements > 3;
  };
}

/** Counts over all minutes so far. */
export function addMinute(total: Minute, minute: Minute): Minute {
  return {
    candidate: total.candidate + minute.candidate,
    candidateFailed: total.candidateFailed + minute.candidateFailed,
    stable: total.stable + minute.stable,
    stableFailed: total.stableFailed + minute.stableFailed,
  };
}

/** Nothing yet. */
export const NO_REQUESTS: Minute = { candidate: 0, candidateFailed: 0, stable: 0, stableFailed: 0 };

/** Whether the pooled two-proportion z exceeds 1.645. */
export function isSignificant({ candidate, candidateFailed, stable, stableFailed }: Minute): boolean {
  const pooled = (candidateFailed + stableFailed) / (candidate + stable);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / candidate + 1 / stable));
  return error > 0 && candidateFailed / candidate - stableFailed / stable > Z_95 * error;
}

/** A z-test looked at every minute, from 30 candidate requests on. */
export function peekedZ(): Rule {
  let total = NO_REQUESTS;
  return (minute) => {
    total = addMinute(total, minute);
    return total.candidate >= 30 && isSignificant(total);
  };
}

/** One-sided asymptotic confidence sequence for the difference of shares, tightest at `bestAt` requests. */
export function asymptotic(bestAt: number): Rule {
  const level = 2 * ALPHA;
  const rhoSquared = (-2 * Math.log(level) + Math.log(1 - 2 * Math.log(level))) / bestAt;
  let total = NO_REQUESTS;
  return (minute) => {
    total = addMinute(total, minute);
    const { candidate, candidateFailed, stable, stableFailed } = total;
    const [p, q] = [candidateFailed / candidate, stableFailed / stable];
    const [variance, otherVariance] = [p * (1 - p), q * (1 - q)];
    if (!(variance > 0 && otherVariance > 0)) return false;
    const n = candidate + stable;
    const sigma = Math.sqrt((variance / candidate + otherVariance / stable) * n);
    return p - q > oneSidedHalfWidth({ n, sigma, alpha: ALPHA, rhoSquared });
  };
}

/** A judge like Kayenta's first: every ten minutes the 98 % Mann-Whitney interval of the shift of per-minute shares. */
export function kayentaLike(): Rule {
  const shares: { readonly candidate: number; readonly stable: number }[] = [];
  return ({ candidate, candidateFailed, stable, stableFailed }, index) => {
    if (candidate > 0 && stable > 0)
      shares.push({ candidate: candidateFailed / candidate, stable: stableFailed / stable });
    if (index % 10 !== 9 || shares.length < 3) return false;
    const shifts = Float64Array.from(
      shares.flatMap((one) => shares.map((other) => one.candidate - other.stable)),
    ).toSorted();
    const pairs = shifts.length;
    const spread = 2.326 * Math.sqrt((pairs * (2 * shares.length + 1)) / 12);
    const limit = shifts[Math.max(1, Math.floor(pairs / 2 - spread)) - 1] ?? Number.NaN;
    const middle = ((shifts[Math.floor(pairs / 2)] ?? 0) + (shifts[Math.ceil(pairs / 2) - 1] ?? 0)) / 2;
    return limit > 0.25 * Math.abs(middle);
  };
}
