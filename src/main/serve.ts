import type { AddressInfo } from "node:net";
import { pino } from "pino";
import type { Logger } from "pino";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import { createJournalWriter } from "../adapters/recorders/journal-writer.ts";
import { createQueueRecorder } from "../adapters/recorders/queue-recorder.ts";
import { createRouteTable } from "../adapters/routes/route-table.ts";
import { createLogAnnouncer } from "../adapters/system/log-announcer.ts";
import { createRandomIds } from "../adapters/system/random-ids.ts";
import { systemClock } from "../adapters/system/system-clock.ts";
import { openStores } from "../adapters/stores/postgres/open-stores.ts";
import type { Options } from "../config/options.ts";
import { Conductor } from "../delivery/conductor.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { Observatory } from "../delivery/observe.ts";
import { restore } from "../delivery/restore.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { admin } from "../http/admin/admin.ts";
import { createApp } from "../http/app.ts";
import { ensureAdminKey } from "./first-key.ts";
import { listen } from "./listen.ts";
import { PROJECT_LIMITS } from "./project-limits.ts";
import { ProjectHost } from "./project-host.ts";
import { startProject } from "./start-project.ts";
import { VERSION } from "./version.ts";

/** Sessions remembered so that they keep their side; about 100 bytes each. */
const PINS = 400_000;

/** A running server. */
export interface Server {
  readonly url: string;
  /** Text of an admin key that was created at this start, to be shown once. */
  readonly createdKey: string | null;
  readonly gateway: Gateway;
  readonly delivery: Delivery;
  /** Takes no more calls, finishes those in flight, writes what is waiting. */
  stop(): Promise<void>;
}

/** What is plugged into what: adapters → ways → edges, from the inside out. */
export async function serve(options: Options, environment: NodeJS.ProcessEnv, log: Logger = pino()): Promise<Server> {
  const clock = systemClock;
  const ids = createRandomIds(clock);
  const announcer = createLogAnnouncer(log);
  const stores = await openStores(options.databaseUrl === null ? { dataDir: options.dataDir } : { url: options.databaseUrl });
  const replicaId = ids.next("rep");
  const recorder = createQueueRecorder({ store: stores.calls, clock });
  const evidenceLog = createJournalWriter({ journal: stores.journal, replicaId, clock });
  const routes = createRouteTable();
  const pins = createMemoryPins(PINS);
  const keys = createMemoryKeyRing();
  const observatory = new Observatory({ clock, log: evidenceLog, routes });

  const delivery: Delivery = {
    clock,
    ids,
    releases: stores.releases,
    rollouts: stores.rollouts,
    journal: stores.journal,
    log: evidenceLog,
    pins,
    routes,
    announcer,
    observatory,
    replicaId,
    isResolvable: (release) => host.isResolvable(release),
  };
  const host = new ProjectHost({ delivery, projects: stores.projects, environment });
  const gateway: Gateway = {
    clock,
    ids,
    keys,
    routes,
    pins,
    observer: observatory,
    recorder,
    settings: () => host.settings(),
    load: { inFlight: 0 },
  };
  const conductor = new Conductor(delivery);
  const createdKey = await ensureAdminKey({ keys: stores.keys, clock, ids, adminKey: options.adminKey });
  keys.replace(await stores.keys.list());
  await restore(delivery);
  await startProject(host, { projects: stores.projects, config: options.config });

  let stopping = false;
  const app = createApp({
    gateway,
    announcer,
    bodyBytes: PROJECT_LIMITS.bodyBytes,
    register: (edge) =>
      admin(edge, {
        gateway,
        delivery,
        calls: stores.calls,
        keys: stores.keys,
        version: VERSION,
        apply: ({ main, files, dry_run }, actor) =>
          host.apply({ main, files: new Map(Object.entries(files)), dryRun: dry_run }, actor),
        unready: async () => (stopping ? "it is stopping" : (await stores.ready()) ? null : "the database does not answer"),
        health: async () => ({
          version: VERSION,
          uptime_seconds: process.uptime(),
          in_flight: gateway.load.inFlight,
          database: { kind: stores.kind, ready: await stores.ready() },
          records: recordsOf(recorder.counts()),
          evidence: evidenceLog.counts(),
          pins_forgotten: pins.forgotten(),
          resident_bytes: process.memoryUsage.rss(),
        }),
      }),
  });
  conductor.start();
  await listen(app, options);
  const { port } = app.server.address() as AddressInfo;

  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    createdKey,
    gateway,
    delivery,
    async stop() {
      stopping = true;
      await drain(app, gateway);
      await conductor.stop();
      observatory.close();
      await Promise.all([recorder.flush(), evidenceLog.flush()]);
      await host.close();
      await stores.close();
    },
  };
}
