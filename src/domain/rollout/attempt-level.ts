/**
 * The level at which the k-th attempt of one candidate may be certified, k from 1: every attempt is a fresh chance of a
 * false proof, and 6β/(π²k²) sums to β over all of them (Σ 1/k² = π²/6).
 */
export const attemptLevel = (beta: number, attempt: number): number => (6 * beta) / (Math.PI ** 2 * attempt ** 2);
