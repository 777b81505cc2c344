import { EntrySet } from "../neighbours.ts";
import type { Rule } from "./rule.ts";

/**
 * The rule of vCache (ICLR 2026), from the formulas of the paper. Each entry models Pr(right | s) = 1 / (1 + e^(-γ(s - t)))
 * over its own observations. With t' = t̂ + z·√Var(t̂) clipped to [0, 1] and α(ε) = (1 - ε)·L(s; t', γ̂), a question explores with
 * probability τ = min over ε of 1 - δ / (1 - α(ε)); exploring asks the model and labels the pair. At least six observations
 * before an entry may be a hit; a wrong label makes the question an entry of its own. The bound δ is meant per request.
 *
 * Where the formulas leave the fit open: an entry whose observations are all right has no finite maximum, and t has to lie in
 * [0, 1]. So the ends of the scale count as observations of which the label is known (s = 0 is wrong, s = 1 is right), with a
 * trace of a ridge, and Newton's method.
 */
export const vcacheRule = (bound: number): Rule => ({
  name: "vCache (from the paper)",
  bound,
  open({ data, neighbours }, { random }) {
    const entries = new EntrySet(data.texts.length);
    const observations = new Map<number, Observation[]>();
    return (question) => {
      const nearest = neighbours.nearest(question, entries);
      const own = nearest === null ? [] : (observations.get(nearest.entry) ?? []);
      if (nearest === null) {
        entries.add(question);
        return { served: null, isJudged: false };
      }
      const explores = random.uniform() <= exploration(own, nearest.similarity, bound);
      if (!explores) return { served: nearest.entry, isJudged: false };
      const isRight = data.classes[question] === data.classes[nearest.entry];
      own.push({ similarity: nearest.similarity, isRight });
      observations.set(nearest.entry, own);
      if (!isRight) entries.add(question);
      return { served: null, isJudged: true };
    };
  },
});

interface Observation {
  readonly similarity: number;
  readonly isRight: boolean;
}

const LEAST_OBSERVATIONS = 6;

/** ε and the normal quantile z of 1 - ε. */
const LEVELS: readonly (readonly [epsilon: number, z: number])[] = [
  [0.001, 3.090232],
  [0.0025, 2.807034],
  [0.005, 2.575829],
  [0.01, 2.326348],
  [0.02, 2.053749],
  [0.03, 1.880794],
  [0.05, 1.644854],
  [0.075, 1.439531],
  [0.1, 1.281552],
  [0.15, 1.036433],
  [0.2, 0.841621],
  [0.3, 0.524401],
];

/** The probability τ of asking the model, from 0 to 1. */
function exploration(observations: readonly Observation[], similarity: number, bound: number): number {
  if (observations.length < LEAST_OBSERVATIONS) return 1;
  const { middle, slope, deviation } = fit(observations);
  let least = 1;
  for (const [epsilon, z] of LEVELS) {
    const shifted = Math.max(0, Math.min(1, middle + z * deviation));
    const alpha = (1 - epsilon) * sigmoid(slope * (similarity - shifted));
    least = Math.min(least, 1 - bound / (1 - alpha));
  }
  return Math.max(0, least);
}

interface Fitted {
  readonly middle: number;
  readonly slope: number;
  readonly deviation: number;
}

const RIDGE = 0.001;
const ENDS: readonly Observation[] = [
  { similarity: 0, isRight: false },
  { similarity: 1, isRight: true },
];
const STEPS = 40;

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-Math.max(-40, Math.min(40, logit))));

/** Fits b + γs; t = -b/γ has the gradient (-1/γ, b/γ²) over (b, γ), with which the delta method gives its variance. */
function fit(observations: readonly Observation[]): Fitted {
  let [b, slope] = [0, 1];
  let covariance: readonly [number, number, number] = [1, 0, 1];
  for (let step = 0; step < STEPS; step += 1) {
    let [gradientB, gradientSlope, hbb, hbs, hss] = [-RIDGE * b, -RIDGE * slope, RIDGE, 0, RIDGE];
    for (const { similarity, isRight } of [...ENDS, ...observations]) {
      const chance = sigmoid(b + slope * similarity);
      const weight = chance * (1 - chance);
      gradientB += Number(isRight) - chance;
      gradientSlope += (Number(isRight) - chance) * similarity;
      hbb += weight;
      hbs += weight * similarity;
      hss += weight * similarity * similarity;
    }
    const determinant = hbb * hss - hbs * hbs;
    covariance = [hss / determinant, -hbs / determinant, hbb / determinant];
    const stepB = covariance[0] * gradientB + covariance[1] * gradientSlope;
    const stepSlope = covariance[1] * gradientB + covariance[2] * gradientSlope;
    b += Math.max(-5, Math.min(5, stepB));
    slope += Math.max(-5, Math.min(5, stepSlope));
    if (Math.abs(stepB) + Math.abs(stepSlope) < 1e-6) break;
  }
  // An entry that is wrong more often the nearer a question lies has nothing to serve.
  if (slope <= 1e-6) return { middle: 1, slope: 1e-6, deviation: 1 };
  const [dB, dSlope] = [-1 / slope, b / (slope * slope)];
  const variance = dB * dB * covariance[0] + 2 * dB * dSlope * covariance[1] + dSlope * dSlope * covariance[2];
  return { middle: -b / slope, slope, deviation: Math.sqrt(Math.max(0, variance)) };
}
