/** ln Σ exp(termᵢ) without overflow or underflow; -Infinity when there is no term above it. */
export function logSumExp(terms: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let index = 0; index < terms.length; index += 1) largest = Math.max(largest, terms[index] ?? -Infinity);
  if (largest === -Infinity || largest === Infinity) return largest;
  let sum = 0;
  for (let index = 0; index < terms.length; index += 1) sum += Math.exp((terms[index] ?? -Infinity) - largest);
  return largest + Math.log(sum);
}
