import { DIALECTS } from "../http/dialects/index.ts";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import { createMemoryPauses } from "../adapters/pauses/memory-pauses.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import { createMemorySessionRoutes } from "../adapters/session-routes/memory-session-routes.ts";
import { createJournalWriter } from "../adapters/recorders/journal-writer.ts";
import { createResponseKeeper } from "../adapters/recorders/response-keeper.ts";
import { createQueueRecorder } from "../adapters/recorders/queue-recorder.ts";
import { createRouteTable } from "../adapters/routes/route-table.ts";
import { createRandomIds } from "../adapters/system/random-ids.ts";
import { createMemorySummaries } from "../adapters/summaries/memory-summaries.ts";
import { createTokenCounters } from "../adapters/tokens/token-counters.ts";
import { systemClock } from "../adapters/system/system-clock.ts";
import { Conductor } from "../delivery/conductor.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { Calibration } from "../domain/context/calibration.ts";
import { HealthBoard } from "../domain/health/target-health.ts";
import { Observatory } from "../delivery/observatory.ts";
import { OwedWithdrawals } from "../delivery/owed-withdrawals.ts";
import { Replicas } from "../delivery/replicas.ts";
import { ErrorTally } from "../domain/access/error-tally.ts";
import { SpendBook } from "../domain/spend/spend-book.ts";
import { Troubles } from "../delivery/troubles.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Embedders } from "../ports/embedders.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { SessionObserver } from "../ports/session-observer.ts";
import type { ResponseKeeper } from "../ports/response-store.ts";
import { openLoad, openMeters } from "./open-meters.ts";
import { SpendKeeper } from "./keep-spend.ts";
import { createEmbedders } from "./create-embedders.ts";
import { PrefixDesk } from "../gateway/prompt-cache/prefix-desk.ts";
import { createCacheDesk } from "./create-cache-desk.ts";
import { createResultDesk } from "./create-result-desk.ts";
import { ProjectHost } from "./project-host.ts";
import type { Stores } from "./stores.ts";

/** Sessions remembered so that they keep their side; about 100 bytes each. */
const PINS = 400_000;

/** Summaries of conversations that are remembered, bytes. */
const SUMMARY_BYTES = 16 * 1024 * 1024;

/** Sessions whose route is remembered; about 150 bytes each, and none without routing. */
const SESSION_ROUTES = 200_000;

/** How often what was spent is written where rules look at it, ms: they see what they stop for that much later. */
const RULED_SPEND_MS = 250;

const isOfSpend = ({ condition }: PauseRule): boolean => condition.type !== "errors-above";

/** The two ways and what they stand on. */
export interface House {
  readonly stores: Stores;
  readonly announcer: Announcer;
  readonly host: ProjectHost;
  readonly gateway: Gateway;
  readonly responses: ResponseKeeper;
  readonly delivery: Delivery;
  readonly conductor: Conductor;
  readonly spendKeeper: SpendKeeper;
  readonly errors: ErrorTally;
}

/** What a house stands in. */
export interface PlugTerms {
  readonly environment: NodeJS.ProcessEnv;
  /** Absent is the machine's own time. */
  readonly clock?: Clock;
  /** In place of the local model and those of providers. */
  readonly embedders?: Embedders;
}

/** What is plugged into what: adapters into ways. Nothing runs yet. */
export function plug(
  stores: Stores,
  announcer: Announcer,
  { environment, clock = systemClock, embedders = createEmbedders(clock) }: PlugTerms,
): House {
  const ids = createRandomIds(clock);
  const ground = {
    stores,
    announcer,
    replicaId: ids.next("rep"),
    shared: { clock, ids, pins: createMemoryPins(PINS), routes: createRouteTable() },
    spend: new SpendBook(),
    errors: new ErrorTally(),
  };
  const delivery = plugDelivery(ground, (release) => host.isResolvable(release));
  const host = new ProjectHost({ delivery, projects: stores.projects, environment });
  const { spend, replicaId } = ground;
  const everyMs = (): number | null => (host.settings().pauseRules?.some(isOfSpend) === true ? RULED_SPEND_MS : null);
  return {
    stores,
    announcer,
    host,
    responses: createResponseKeeper({ store: stores.responses, clock, announcer }),
    gateway: plugGateway(ground, { host, observer: delivery.observatory, embedders }),
    delivery,
    conductor: new Conductor(delivery),
    spendKeeper: new SpendKeeper({ book: spend, store: stores.spend, replicaId, clock, announcer, everyMs }),
    errors: ground.errors,
  };
}

/** What both ways stand on. */
interface Ground {
  readonly stores: Stores;
  readonly announcer: Announcer;
  readonly replicaId: string;
  readonly shared: Pick<Delivery, "clock" | "ids" | "pins" | "routes">;
  readonly spend: SpendBook;
  readonly errors: ErrorTally;
}

function plugDelivery(ground: Ground, isResolvable: Delivery["isResolvable"]): Delivery {
  const { stores, announcer, replicaId, shared } = ground;
  const { clock, routes } = shared;
  const { releases, rollouts, journal } = stores;
  const log = createJournalWriter({ journal, replicaId, clock, announcer });
  const troubles = new Troubles(announcer);
  const replicas = new Replicas({ replicaId, board: stores.board, routes, clock });
  return {
    ...shared,
    releases,
    rollouts,
    journal,
    log,
    announcer,
    observatory: new Observatory({ clock, log, routes, replicaId, isLeader: () => replicas.isLeader }),
    troubles,
    owed: new OwedWithdrawals(stores.notes ?? null, troubles),
    replicas,
    isResolvable,
  };
}

interface GatewayParts {
  readonly host: ProjectHost;
  readonly observer: SessionObserver;
  readonly embedders: Embedders;
}

function plugGateway(
  { stores, announcer, replicaId, shared, spend, errors }: Ground,
  { host, observer, embedders }: GatewayParts,
): Gateway {
  const { clock, ids } = shared;
  return {
    ...shared,
    keys: createMemoryKeyRing(),
    pauses: createMemoryPauses(),
    spend,
    errors,
    sessionRoutes: createMemorySessionRoutes(SESSION_ROUTES),
    observer,
    recorder: createQueueRecorder({ store: stores.calls, clock }),
    announcer,
    dialects: DIALECTS,
    cache: createCacheDesk(stores, {
      clock,
      ids,
      maxBytes: () => host.settings().limits.cacheBytes,
      announcer,
      embedders,
    }),
    results: createResultDesk(stores, { clock, ids, maxBytes: () => host.settings().limits.resultBytes }),
    ...openMeters({ stores, replicaId, clock, announcer }),
    ...openLoad({ stores, replicaId, clock, health: new HealthBoard(), settings: () => host.settings() }),
    prefixes: new PrefixDesk(),
    tokens: createTokenCounters(),
    calibration: new Calibration(),
    summaries: createMemorySummaries(SUMMARY_BYTES),
    random: Math.random,
    settings: () => host.settings(),
  };
}
