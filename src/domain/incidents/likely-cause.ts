import type { Change, ChangeKind } from "../changes/change.ts";

/** Changes that can bring trouble about, and how often they do against one another. */
const BLAMED: { readonly [K in ChangeKind]?: number } = {
  rollout: 4,
  project: 3,
  provider: 3,
  flag: 3,
  switch: 2,
  prices: 1,
  pause: 2,
  budget: 2,
  server: 2,
  key: 1,
};

/** How long before the trouble a change may have been, and how long after its beginning it may still be the cause, ms. */
const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 2 * 60_000;

/**
 * The change that is the likeliest cause of a trouble that began at `startedAt` (epoch ms): near it in time, about the same
 * endpoint, and of a kind that causes trouble. `null` where nothing changed. A guess, and told as one.
 */
export function likelyCause(
  changes: readonly Change[],
  { startedAt, endpoints }: { readonly startedAt: number; readonly endpoints: readonly string[] },
): Change | null {
  const scored = changes
    .filter(({ at, weight }) => at >= startedAt - BEFORE_MS && at <= startedAt + AFTER_MS && weight !== "ok")
    .map((change) => ({ change, score: scoreOf(change, { startedAt, endpoints }) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || other.change.at - one.change.at);
  return scored[0]?.change ?? null;
}

function scoreOf(
  { kind, at, endpoint }: Change,
  { startedAt, endpoints }: { readonly startedAt: number; readonly endpoints: readonly string[] },
): number {
  const isOwn = endpoint !== null && endpoints.includes(endpoint);
  // What happened to another endpoint alone is no cause.
  if (endpoint !== null && endpoints.length > 0 && !isOwn) return 0;
  const nearness = 1 - Math.max(0, startedAt - at) / (BEFORE_MS * 1.25);
  return (BLAMED[kind] ?? 0) * nearness * (isOwn ? 2 : 1);
}
