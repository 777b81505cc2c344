import { createMemoryPins } from "../../adapters/pins/memory-pins.ts";
import { createRouteTable } from "../../adapters/routes/route-table.ts";
import { createMemoryEvidenceJournal } from "../../adapters/stores/memory/memory-evidence-journal.ts";
import { createMemoryReleaseStore } from "../../adapters/stores/memory/memory-release-store.ts";
import { createMemoryRolloutStore } from "../../adapters/stores/memory/memory-rollout-store.ts";
import { HandClock } from "../../adapters/system/hand-clock.ts";
import { createRandomIds } from "../../adapters/system/random-ids.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { RehearsalWorld } from "../../delivery/drill/rehearse.ts";
import { Observatory } from "../../delivery/observatory.ts";
import { OwedWithdrawals } from "../../delivery/owed-withdrawals.ts";
import { Replicas } from "../../delivery/replicas.ts";
import { Troubles } from "../../delivery/troubles.ts";
import type { Announcer } from "../../ports/announcer.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { EvidenceLog } from "../../ports/evidence-log.ts";

/** A rehearsal restarts nothing, so nothing is journalled. */
const NO_LOG: EvidenceLog = {
  append: () => {},
  counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
  written: async () => true,
  flush: async () => {},
};

/** What fails in a rehearsal ends it; nobody is told of its decisions. */
const QUIET: Announcer = {
  decided: () => {},
  troubled(what, cause) {
    throw new Error(`${what} failed in a rehearsal.`, { cause });
  },
  recovered: () => {},
};

/**
 * A release's way with stores in memory, on time that moves when told. Everything in it ends with it, and `seed` decides
 * which sessions its candidate gets.
 */
export function createRehearsalWorld(seed: string): RehearsalWorld {
  const clock = new HandClock();
  const ids = {
    ...createRandomIds(clock),
    secret: (bytes: number) => sha256Hex(`secret\n${seed}`).slice(0, 2 * bytes),
  };
  const routes = createRouteTable();
  const replicaId = ids.next("rep");
  const troubles = new Troubles(QUIET);
  const pins = createMemoryPins(0, clock);
  const delivery: Delivery = {
    clock,
    ids,
    releases: createMemoryReleaseStore(),
    rollouts: createMemoryRolloutStore(),
    journal: createMemoryEvidenceJournal(0),
    log: NO_LOG,
    engine: "a rehearsal",
    pinsOf: () => pins,
    routes,
    announcer: QUIET,
    observatory: new Observatory({ clock, log: NO_LOG, routes, replicaId }),
    troubles,
    owed: new OwedWithdrawals(null, troubles),
    replicas: new Replicas({ replicaId, board: null, routes, clock }),
    gating: null,
    isResolvable: () => true,
  };
  return { delivery, advance: (ms) => clock.advance(ms) };
}
