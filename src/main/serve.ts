import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { noteAddress } from "../adapters/stores/postgres/data-dir-lock.ts";
import type { Embedded } from "../adapters/stores/postgres/embedded.ts";
import { createLogAnnouncer } from "../adapters/system/log-announcer.ts";
import type { Options } from "../config/options.ts";
import { restore } from "../delivery/restore.ts";
import { RollwardError } from "../domain/errors.ts";
import { isDatabaseAway } from "../domain/is-database-away.ts";
import type { Environments } from "../gateway/gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Embedders } from "../ports/embedders.ts";
import type { EdgeLimits } from "../http/edge-limits.ts";
import { createEdge } from "./edge.ts";
import { ensureAdminKey } from "./first-key.ts";
import { drain, DRAIN_MS, listen, watchRequests } from "./listen.ts";
import { openStores } from "./open-stores.ts";
import { openValkey } from "./open-valkey.ts";
import { plug } from "./plug.ts";
import type { House } from "./plug.ts";
import { startBackground } from "./start-background.ts";
import { openTelemetry } from "./telemetry/open-telemetry.ts";
import { startProject } from "./start-project.ts";

/** How a server is started; `edge` replaces what the edge bears from clients. */
export interface ServeOptions extends Options {
  readonly edge?: Partial<EdgeLimits>;
  /** How long a command of Valkey may take, ms, in place of the usual limit. */
  readonly valkeyLimitMs?: number;
  /** How long requests under way may take once it stops, ms, in place of the usual limit. */
  readonly drainMs?: number;
  /** In place of the machine's own time. */
  readonly clock?: Clock;
  /** In place of the local model and those of providers. */
  readonly embedders?: Embedders;
  /** The embedded database of the data directory, which somebody has begun to open and this server closes. */
  readonly embedded?: Promise<Embedded>;
}

/** A running server. */
export interface Server {
  readonly url: string;
  /** Text of the admin key: the operator's own, or the one created at this start; `null` when it exists already. */
  readonly adminKey: { readonly text: string; readonly isNew: boolean } | null;
  readonly house: House;
  /** Takes no more calls, lets those in flight end or tells them that they are ended, writes what is waiting. */
  stop(): Promise<void>;
}

/**
 * Brings the house up from the inside out; what was opened is closed again when something on the way fails. Throws `database_needed`
 * where the database does not answer.
 */
export async function serve(options: ServeOptions, environment: NodeJS.ProcessEnv, log: Logger): Promise<Server> {
  try {
    return await openHouse(options, environment, log);
  } catch (error) {
    // What the code says to clients of a server that is up is not true of one that is not.
    throw isDatabaseAway(error) ? new RollwardError("database_needed", error.details, error) : error;
  }
}

async function openHouse(options: ServeOptions, environment: NodeJS.ProcessEnv, log: Logger): Promise<Server> {
  const announcer = createLogAnnouncer(log);
  const stores = { ...(await openStores(options)), ...(await openValkey(options, announcer)) };
  const { clock, embedders } = options;
  const house = plug(stores, announcer, {
    environment,
    ...(clock !== undefined && { clock }),
    ...(embedders !== undefined && { embedders }),
    allowCommands: options.allowCommands ?? null,
    publicUrl: options.publicUrl ?? null,
    dataDir: stores.kind === "embedded" ? options.dataDir : null,
  });
  try {
    return await bringUp(house, options);
  } catch (error) {
    await house.host.close();
    await stores.valkey?.close();
    await stores.close();
    throw error;
  }
}

/** State, project, edge, keys. The first key comes last: it is shown once, so nothing may fail after it. */
async function bringUp(house: House, options: ServeOptions): Promise<Server> {
  const { stores, gateway, delivery, host, environments, announcer } = house;
  await host.learnOwn();
  await restore(delivery);
  const { config, environment = null } = options;
  const { variables } = house;
  await startProject(host, { projects: stores.projects, announcer, config, environment, variables });
  let stopping = false;
  const telemetry = openTelemetry(house);
  const app = createEdge(house, {
    limits: options.edge ?? {},
    isStopping: () => stopping,
    prometheus: telemetry.prometheus,
  });
  gateway.keys.replace(await stores.keys.list());
  for (const each of environments.environments()) await each.loadPauses();
  await house.flagKeeper.loadKills();
  const underWay = watchRequests(app);
  const created = await listenAndMakeKey(house, options, app);
  const background = startBackground(house, telemetry);
  const text = options.adminKey ?? created;
  const url = urlOf(options.host, app.server.address() as AddressInfo);
  if (stores.kind === "embedded") noteAddress(options.dataDir, url);
  return {
    url,
    adminKey: text === null ? null : { text, isNew: created !== null },
    house,
    async stop() {
      stopping = true;
      background.stop();
      house.live.close();
      for (const { results } of environments.all()) results.lines.letAllGo();
      await drain(app, {
        underWay,
        inFlight: () => inFlightIn(environments),
        endCalls: () => environments.all().forEach((each) => each.underWay?.stop()),
        drainMs: options.drainMs ?? DRAIN_MS,
      });
      await background.finish();
      await host.close();
      await stores.valkey?.close();
      await stores.close();
    },
  };
}

const inFlightIn = (environments: Environments): number =>
  environments.all().reduce((sum, { load }) => sum + load.inFlight, 0);

/** From the first moment there is an edge to close again: nobody may be answered by a server that did not start. */
async function listenAndMakeKey(house: House, options: Options, app: FastifyInstance): Promise<string | null> {
  const { stores, gateway } = house;
  const { clock, ids } = gateway;
  try {
    await listen(app, options);
    const terms = { keys: stores.keys, clock, ids, adminKey: options.adminKey };
    const created = await ensureAdminKey(terms, (warning) => gateway.announcer.keyDoubted?.(warning));
    gateway.keys.replace(await stores.keys.list());
    return created;
  } catch (error) {
    app.server.closeAllConnections();
    await app.close();
    throw error;
  }
}

const urlOf = (host: string, { port }: AddressInfo): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
