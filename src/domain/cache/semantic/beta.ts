import logBeta from "@stdlib/math-base-special-betaln";

/** Terms of the continued fraction; about √max(a, b) are needed, and samples here have at most some ten thousand. */
const MOST_TERMS = 2_000;
const PRECISION = 1e-15;
/** Stands for a denominator of zero (Lentz's method as modified by Thompson and Barnett, 1986). */
const TINY = 1e-300;

/**
 * The regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b), for a, b > 0 and x in
 * [0, 1]. Continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, on the side where it
 * converges fast.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const isLeft = x < (a + 1) / (a + b + 2);
  const tail = isLeft ? leftTail(x, a, b) : leftTail(1 - x, b, a);
  const value = isLeft ? tail : 1 - tail;
  return Math.max(0, Math.min(1, value));
}

function leftTail(x: number, a: number, b: number): number {
  const log = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  return (Math.exp(log) / a) * fraction(x, a, b);
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return value;
}

const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** Halvings of [0, 1]; doubles have no more to tell apart near 1. */
const MOST_HALVINGS = 80;

/** The quantile function of Beta(a, b): the x with I_x(a, b) = p, for p in [0, 1], by halving; never off by more than 1e-15. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < MOST_HALVINGS && high - low > 1e-16; step += 1) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
