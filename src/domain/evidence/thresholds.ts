/** ln(1/level): an e-process crosses it with probability at most `level` under its null (Ville's inequality). */
export const logThreshold = (level: number): number => Math.log(1 / level);

/**
 * Log thresholds when each of `replicas` nodes may stop the candidate alone: ln(2M/α) on a node, ln(2/α) for the
 * merged evidence. The union bound keeps the total at α.
 */
export const fuseThresholds = (
  alpha: number,
  replicas: number,
): { readonly node: number; readonly merged: number } => ({
  node: logThreshold(alpha / (2 * replicas)),
  merged: logThreshold(alpha / 2),
});
