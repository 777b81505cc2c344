import type { Clock } from "../../../ports/clock.ts";
import type { Heartbeat, ReplicaBoard, Standing } from "../../../ports/replica-board.ts";

/** A replica that has not been heard of for this long is not waited for, and its lead is free, ms. */
const LIVE_MS = 5_000;

/** A board for replicas inside one process. */
export interface MemoryReplicaBoard extends ReplicaBoard {
  /** Notes that something changed. */
  changed(topic: keyof Standing["changes"]): void;
}

/** Makes a board in memory. */
export function createMemoryReplicaBoard(clock: Clock): MemoryReplicaBoard {
  const seen = new Map<string, { readonly heartbeat: Heartbeat; readonly at: number }>();
  const changes = { keys: 0, projects: 0, pauses: 0, flags: 0 };
  let lead: { readonly holder: string; readonly until: number } | null = null;

  return {
    async beat(heartbeat) {
      const now = clock.elapsed();
      const { replicaId } = heartbeat;
      seen.set(replicaId, { heartbeat, at: now });
      if (lead === null || lead.holder === replicaId || lead.until < now) {
        lead = { holder: replicaId, until: now + LIVE_MS };
      }
      const live = [...seen.values()].filter(({ at }) => now - at < LIVE_MS);
      return { leader: lead.holder, live: live.map((one) => one.heartbeat), changes: { ...changes } };
    },
    async leave(replicaId) {
      seen.delete(replicaId);
      if (lead?.holder === replicaId) lead = null;
    },
    changed(topic) {
      changes[topic] += 1;
    },
  };
}
