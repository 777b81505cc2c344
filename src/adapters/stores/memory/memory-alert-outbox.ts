import type { AlertDelivery } from "../../../domain/alerts/delivery.ts";
import type { AlertDesk } from "../../../domain/alerts/desk.ts";
import type { AlertOutbox } from "../../../ports/alert-outbox.ts";

interface Kept extends AlertDelivery {
  readonly claimedUntil: number;
}

/** Messages of alerts in memory; of more than `most` the oldest that wait for nothing are forgotten. */
export function createMemoryAlertOutbox(most: number): AlertOutbox {
  const desks = new Map<string, AlertDesk>();
  const kept = new Map<string, Kept>();
  let seq = 0;
  const trim = (): void => {
    for (const [id, delivery] of kept) {
      if (kept.size <= most) return;
      if (!isWaiting(delivery)) kept.delete(id);
    }
  };
  return {
    desk: async (environment) => desks.get(environment) ?? null,
    async commit(desk, deliveries) {
      if ((desks.get(desk.environment)?.version ?? 0) !== desk.version - 1) return false;
      desks.set(desk.environment, desk);
      for (const delivery of deliveries) {
        if (kept.has(delivery.id)) continue;
        seq += 1;
        kept.set(delivery.id, { ...delivery, seq, claimedUntil: 0 });
      }
      trim();
      return true;
    },
    heads: async (now, limit) => firstOfEach(headsOf(kept.values(), now), limit),
    async claim(id, now, until) {
      const delivery = kept.get(id);
      if (delivery === undefined || !isWaiting(delivery) || delivery.claimedUntil > now) return false;
      kept.set(id, { ...delivery, claimedUntil: until });
      return true;
    },
    async tried(id, outcome) {
      const delivery = kept.get(id);
      if (delivery !== undefined) kept.set(id, { ...delivery, ...outcome, tries: delivery.tries + 1, claimedUntil: 0 });
    },
    deliveries: async ({ environment, notifier, waiting, limit }) =>
      [...kept.values()]
        .filter(
          (one) =>
            one.environment === (environment ?? one.environment) &&
            one.notifier === (notifier ?? one.notifier) &&
            (waiting !== true || isWaiting(one)),
        )
        .toReversed()
        .slice(0, limit)
        .map(plain),
    async expire(before) {
      for (const [id, { sentAt, givenUpAt }] of kept) {
        if ((sentAt ?? givenUpAt ?? Infinity) < before) kept.delete(id);
      }
    },
  };
}

const plain = ({ claimedUntil: _, ...delivery }: Kept): AlertDelivery => delivery;

const isWaiting = ({ sentAt, givenUpAt }: AlertDelivery): boolean => sentAt === null && givenUpAt === null;

/** At most so many of each notifier. */
function firstOfEach(heads: readonly AlertDelivery[], limit: number): readonly AlertDelivery[] {
  const counts = new Map<string, number>();
  return heads.filter(({ environment, notifier }) => {
    const key = JSON.stringify([environment, notifier]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return (counts.get(key) ?? 0) <= limit;
  });
}

/** The first that waits of each group and notifier, but for those that somebody has claimed. */
function headsOf(all: Iterable<Kept>, now: number): readonly AlertDelivery[] {
  const lanes = new Set<string>();
  const heads: AlertDelivery[] = [];
  for (const delivery of all) {
    const lane = JSON.stringify([delivery.environment, delivery.notifier, delivery.group]);
    if (!isWaiting(delivery) || lanes.has(lane)) continue;
    lanes.add(lane);
    if (delivery.claimedUntil <= now) heads.push(plain(delivery));
  }
  return heads;
}
