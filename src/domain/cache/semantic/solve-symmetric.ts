/**
 * Solves A·x = b for a symmetric positive definite A by Cholesky's decomposition. A is given row by row, of which only the
 * lower half is read. `null` where A is not positive definite to the precision of doubles.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const size = right.length;
  const lower = decompose(matrix, size);
  if (lower === null) return null;
  const solution = Float64Array.from(right);
  for (let row = 0; row < size; row += 1) {
    let value = solution[row] ?? 0;
    for (let at = 0; at < row; at += 1) value -= (lower[row * size + at] ?? 0) * (solution[at] ?? 0);
    solution[row] = value / (lower[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let value = solution[row] ?? 0;
    for (let at = row + 1; at < size; at += 1) value -= (lower[at * size + row] ?? 0) * (solution[at] ?? 0);
    solution[row] = value / (lower[row * size + row] ?? 1);
  }
  return solution;
}

function decompose(matrix: Float64Array, size: number): Float64Array | null {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let value = matrix[row * size + column] ?? 0;
      for (let at = 0; at < column; at += 1) {
        value -= (lower[row * size + at] ?? 0) * (lower[column * size + at] ?? 0);
      }
      if (row !== column) {
        lower[row * size + column] = value / (lower[column * size + column] ?? 1);
        continue;
      }
      const isPositive = value > 0;
      if (!isPositive) return null;
      lower[row * size + row] = Math.sqrt(value);
    }
  }
  return lower;
}
