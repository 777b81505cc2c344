import { solveSymmetric } from "./solve-symmetric.ts";

/** A labelled point. */
export interface Sample {
  readonly x: readonly number[];
  readonly isCorrect: boolean;
}

/** A fitted logistic model over standardised features: Pr(correct | x) = 1 / (1 + e^-(b + Σ w·(x - mean)/scale)). */
export interface LogisticModel {
  readonly bias: number;
  readonly weights: readonly number[];
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/** Newton steps; convergence takes about eight, and a fit that has not converged by then is still a score. */
const MOST_STEPS = 30;
const CONVERGED = 1e-8;
/** A step is halved until the likelihood grows, at most so often. */
const MOST_HALVINGS = 12;
/** Beyond these the exponential says nothing more. */
const MOST_LOGIT = 30;

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit))));

/** Probability that the answer is right, in (0, 1). */
export function scoreOf({ bias, weights, means, scales }: LogisticModel, x: readonly number[]): number {
  let logit = bias;
  for (let at = 0; at < weights.length; at += 1) {
    logit += ((weights[at] ?? 0) * ((x[at] ?? 0) - (means[at] ?? 0))) / (scales[at] ?? 1);
  }
  return sigmoid(logit);
}

/**
 * Fits by Newton's method (iteratively reweighted least squares) with a ridge on all weights but the bias, which makes the
 * optimum finite and unique, also where the samples are separable or all alike. `null` without a sample. Work is bounded:
 * steps × samples × features².
 */
export function fitLogistic(samples: readonly Sample[], ridge: number): LogisticModel | null {
  const width = samples[0]?.x.length;
  if (width === undefined) return null;
  const { means, scales } = moments(samples, width);
  const design = designOf(samples, { means, scales });
  const labels = Float64Array.from(samples, ({ isCorrect }) => Number(isCorrect));
  const solution = maximise({ design, labels, width: width + 1, ridge });
  return { bias: solution[0] ?? 0, weights: [...solution.subarray(1)], means, scales };
}

function moments(samples: readonly Sample[], width: number): Pick<LogisticModel, "means" | "scales"> {
  const means: number[] = [];
  const scales: number[] = [];
  for (let at = 0; at < width; at += 1) {
    let [sum, squares] = [0, 0];
    for (const { x } of samples) sum += x[at] ?? 0;
    const mean = sum / samples.length;
    for (const { x } of samples) squares += ((x[at] ?? 0) - mean) ** 2;
    const deviation = Math.sqrt(squares / samples.length);
    means.push(mean);
    // A feature that never varies here must not be blown up when it does.
    scales.push(deviation > 1e-6 ? deviation : 1);
  }
  return { means, scales };
}

/** Rows of 1 and the standardised features, one after the other. */
function designOf(
  samples: readonly Sample[],
  { means, scales }: Pick<LogisticModel, "means" | "scales">,
): Float64Array {
  const width = means.length + 1;
  const design = new Float64Array(samples.length * width);
  for (const [row, { x }] of samples.entries()) {
    design[row * width] = 1;
    for (let at = 1; at < width; at += 1) {
      design[row * width + at] = ((x[at - 1] ?? 0) - (means[at - 1] ?? 0)) / (scales[at - 1] ?? 1);
    }
  }
  return design;
}

interface Problem {
  readonly design: Float64Array;
  readonly labels: Float64Array;
  readonly width: number;
  readonly ridge: number;
}

function maximise(problem: Problem): Float64Array {
  let beta = new Float64Array(problem.width);
  let value = penalised(problem, beta);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const direction = newtonDirection(problem, beta);
    if (direction === null) break;
    const next = climb(problem, beta, { direction, value });
    if (next === null) break;
    const gain = next.value - value;
    ({ beta, value } = next);
    if (gain < CONVERGED) break;
  }
  return beta;
}

function climb(
  problem: Problem,
  beta: Float64Array,
  { direction, value }: { readonly direction: Float64Array; readonly value: number },
): { beta: Float64Array<ArrayBuffer>; value: number } | null {
  for (let [halving, length] = [0, 1]; halving < MOST_HALVINGS; halving += 1, length /= 2) {
    const tried = Float64Array.from(beta, (each, at) => each + length * (direction[at] ?? 0));
    const reached = penalised(problem, tried);
    if (reached >= value) return { beta: tried, value: reached };
  }
  return null;
}

function logitAt({ design, width }: Problem, beta: Float64Array, row: number): number {
  let logit = 0;
  for (let at = 0; at < width; at += 1) logit += (design[row * width + at] ?? 0) * (beta[at] ?? 0);
  return Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit));
}

/** Log-likelihood less the ridge's penalty. */
function penalised(problem: Problem, beta: Float64Array): number {
  let value = 0;
  for (const [row, label] of problem.labels.entries()) {
    const logit = logitAt(problem, beta, row);
    value += label * logit - Math.log1p(Math.exp(logit));
  }
  for (let at = 1; at < beta.length; at += 1) value -= (problem.ridge / 2) * (beta[at] ?? 0) ** 2;
  return value;
}

function newtonDirection(problem: Problem, beta: Float64Array): Float64Array | null {
  const { design, labels, width, ridge } = problem;
  const gradient = new Float64Array(width);
  const curvature = new Float64Array(width * width);
  for (const [row, label] of labels.entries()) {
    const chance = sigmoid(logitAt(problem, beta, row));
    const weight = chance * (1 - chance);
    for (let at = 0; at < width; at += 1) {
      const value = design[row * width + at] ?? 0;
      gradient[at] = (gradient[at] ?? 0) + (label - chance) * value;
      const weighted = weight * value;
      for (let other = 0; other <= at; other += 1) {
        const place = at * width + other;
        curvature[place] = (curvature[place] ?? 0) + weighted * (design[row * width + other] ?? 0);
      }
    }
  }
  for (let at = 0; at < width; at += 1) {
    // The bias has a trace of a ridge too, for samples that are all right or all wrong.
    const own = at === 0 ? 1e-3 : ridge;
    gradient[at] = (gradient[at] ?? 0) - (at === 0 ? 0 : own * (beta[at] ?? 0));
    curvature[at * width + at] = (curvature[at * width + at] ?? 0) + own;
  }
  return solveSymmetric(curvature, gradient);
}
