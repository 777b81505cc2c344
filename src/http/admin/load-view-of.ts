import type { z } from "zod";
import type { listLimits, overloadView } from "../../contract/meters.ts";
import type { KnownTarget } from "../../domain/health/target-health.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { OverloadCounts } from "../../gateway/meters/overload.ts";

type Answer = z.input<typeof listLimits.answer>;

/** Limits of providers that are shown. */
const MOST_SHOWN = 1_000;

/** Who waits, what is known of providers, and how loaded this server is. */
export const loadViewOf = (gateway: Gateway): Pick<Answer, "queue" | "learned" | "overload"> => ({
  queue: queueOf(gateway),
  learned: learnedOf(gateway),
  overload: overloadOf(gateway.overload.counts()),
});

function queueOf(gateway: Pick<Gateway, "waiting" | "load" | "settings">): Answer["queue"] {
  const { waiting, load } = gateway;
  const { queue = null } = gateway.settings().meters ?? {};
  const allowed = queue === null ? null : { calls: queue.calls, wait_ms: queue.longestWaitMs };
  const { calls, oldestMs } = waiting.counts();
  const lines = waiting.lines().map(({ name, calls: inLine, oldestMs: longestMs, estimateMs }) => ({
    limit: name,
    calls: inLine,
    oldest_wait_ms: longestMs,
    estimated_wait_ms: estimateMs === null ? null : Math.ceil(estimateMs),
  }));
  return { calls, oldest_wait_ms: oldestMs, lines, allowed, turned_away: load.turnedAway };
}

/** Calls that limits and budgets have refused since the start, by their names. */
export const refusalsOf = ({
  load: { limited, limitedBy, unpaid, unpaidBy },
}: Pick<Gateway, "load">): Pick<Answer, "refused" | "refused_by_budgets" | "refused_by"> => ({
  refused: limited,
  refused_by_budgets: unpaid,
  refused_by: [...named("limit", limitedBy), ...named("budget", unpaidBy)].toSorted(
    (one, other) => other.calls - one.calls,
  ),
});

const named = (type: "limit" | "budget", counts: ReadonlyMap<string, number>): Answer["refused_by"] =>
  [...counts].map(([name, calls]) => ({ type, name, calls }));

function learnedOf({ health, clock }: Pick<Gateway, "health" | "clock">): Answer["learned"] {
  const now = clock.elapsed();
  return health
    .all()
    .flatMap((target) => limitsOf(target, now))
    .slice(0, MOST_SHOWN);
}

/** What was learnt of the limits of one model at a provider, by key. */
export function limitsOf({ name, health: { keys } }: KnownTarget, now: number): Answer["learned"] {
  const all = Array.from({ length: keys.size }, (_, key) => key);
  return all.flatMap((key) =>
    keys
      .quotaOf(key)
      .standings(now)
      .map(({ told, left, resetMs }) => ({
        ...name,
        key,
        limit: told.id,
        size: told.limit,
        left: Math.floor(left),
        reset_ms: Math.ceil(resetMs),
        rests_ms: Math.ceil(keys.limitedMs(key, now)),
      })),
  );
}

/** How loaded this server is. */
export const overloadOf = ({ delayMs, bytes, strain, refused }: OverloadCounts): z.input<typeof overloadView> => ({
  delay_ms: Math.round(delayMs),
  bytes,
  strain: Math.round(strain * 1_000) / 1_000,
  refused: refused.reduce((sum, one) => sum + one, 0),
  refused_by_class: [...refused],
});
