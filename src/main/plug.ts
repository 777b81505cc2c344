import { DIALECTS } from "../http/dialects/index.ts";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import { createJournalWriter } from "../adapters/recorders/journal-writer.ts";
import { createResponseKeeper } from "../adapters/recorders/response-keeper.ts";
import { createQueueRecorder } from "../adapters/recorders/queue-recorder.ts";
import { createRouteTable } from "../adapters/routes/route-table.ts";
import { createRandomIds } from "../adapters/system/random-ids.ts";
import { systemClock } from "../adapters/system/system-clock.ts";
import { Conductor } from "../delivery/conductor.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { HealthBoard } from "../domain/health/target-health.ts";
import { Observatory } from "../delivery/observatory.ts";
import { OwedWithdrawals } from "../delivery/owed-withdrawals.ts";
import { Replicas } from "../delivery/replicas.ts";
import { Troubles } from "../delivery/troubles.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { ResponseKeeper } from "../ports/response-store.ts";
import { ProjectHost } from "./project-host.ts";
import type { Stores } from "./stores.ts";

/** Sessions remembered so that they keep their side; about 100 bytes each. */
const PINS = 400_000;

/** The two ways and what they stand on. */
export interface House {
  readonly stores: Stores;
  readonly announcer: Announcer;
  readonly host: ProjectHost;
  readonly gateway: Gateway;
  readonly responses: ResponseKeeper;
  readonly delivery: Delivery;
  readonly conductor: Conductor;
}

/** What is plugged into what: adapters into ways. Nothing runs yet. */
export function plug(stores: Stores, announcer: Announcer, environment: NodeJS.ProcessEnv): House {
  const clock = systemClock;
  const ids = createRandomIds(clock);
  const replicaId = ids.next("rep");
  const recorder = createQueueRecorder({ store: stores.calls, clock });
  const log = createJournalWriter({ journal: stores.journal, replicaId, clock, announcer });
  const routes = createRouteTable();
  const pins = createMemoryPins(PINS);
  const observatory = new Observatory({ clock, log, routes, replicaId });
  const { releases, rollouts, journal, projects } = stores;
  const troubles = new Troubles(announcer);
  const shared = { clock, ids, pins, routes };

  const delivery: Delivery = {
    ...shared,
    releases,
    rollouts,
    journal,
    log,
    announcer,
    observatory,
    troubles,
    owed: new OwedWithdrawals(stores.notes ?? null, troubles),
    replicas: new Replicas({ replicaId, board: stores.board, routes, clock }),
    isResolvable: (release) => host.isResolvable(release),
  };
  const host = new ProjectHost({ delivery, projects, environment });
  const gateway: Gateway = {
    ...shared,
    keys: createMemoryKeyRing(),
    observer: observatory,
    recorder,
    announcer,
    dialects: DIALECTS,
    health: new HealthBoard(),
    random: Math.random,
    settings: () => host.settings(),
    load: { inFlight: 0 },
  };
  const responses = createResponseKeeper({ store: stores.responses, clock, announcer });
  return { stores, announcer, host, responses, gateway, delivery, conductor: new Conductor(delivery) };
}
