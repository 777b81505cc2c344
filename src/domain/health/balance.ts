/** How a call is given to one of several deployments of the same model. */
export type BalanceStrategy = "weighted" | "least-busy" | "latency";

/** What a choice needs to know of a deployment. */
export interface Candidate {
  /** Above 0. */
  readonly weight: number;
  /** Calls under way. */
  readonly inFlight: number;
  /** Peak EWMA of the time to the first token, ms; 0 while nothing is known. */
  readonly latencyMs: number;
}

/**
 * The index of the deployment that gets the next call, or -1 when there is none. `random` gives numbers in
 * [0, 1). `latency` is peak EWMA with two choices: of two drawn by weight, the lower cost, which is latency times
 * calls under way plus one (Mitzenmacher 2001; the cost is that of Finagle's Peak EWMA).
 */
export function chooseDeployment(
  candidates: readonly Candidate[],
  strategy: BalanceStrategy,
  random: () => number,
): number {
  if (candidates.length <= 1) return candidates.length - 1;
  if (strategy === "weighted") return drawByWeight(candidates, random(), -1);
  if (strategy === "least-busy") return leastBusy(candidates, random());
  const one = drawByWeight(candidates, random(), -1);
  const other = drawByWeight(candidates, random(), one);
  return isCheaper(candidates[other], candidates[one]) ? other : one;
}

/** Where the latency of either is not known, the calls under way alone decide: nobody is flooded for being new. */
function isCheaper(one: Candidate | undefined, other: Candidate | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const isKnown = one.latencyMs > 0 && other.latencyMs > 0;
  const cost = ({ latencyMs, inFlight }: Candidate): number => (isKnown ? latencyMs : 1) * (inFlight + 1);
  return cost(one) < cost(other);
}

/** Draws an index in proportion to weight; `except` is left out. */
function drawByWeight(candidates: readonly Candidate[], random: number, except: number): number {
  let total = 0;
  for (let index = 0; index < candidates.length; index += 1) {
    if (index !== except) total += candidates[index]?.weight ?? 0;
  }
  let rest = random * total;
  let last = -1;
  for (let index = 0; index < candidates.length; index += 1) {
    if (index === except) continue;
    last = index;
    rest -= candidates[index]?.weight ?? 0;
    if (rest < 0) return index;
  }
  return last;
}

/** The fewest calls under way per weight; ties are broken by the draw, so that idle deployments share the load. */
function leastBusy(candidates: readonly Candidate[], random: number): number {
  const load = ({ inFlight, weight }: Candidate): number => inFlight / weight;
  const least = Math.min(...candidates.map(load));
  const tied = candidates.flatMap((candidate, index) => (load(candidate) === least ? [index] : []));
  const among = tied.map((index) => candidates[index]).filter((candidate) => candidate !== undefined);
  return tied[drawByWeight(among, random, -1)] ?? 0;
}
