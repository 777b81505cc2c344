import type { ServerProcess } from "../../test/fixtures/server-process.ts";
import type { Load } from "./load.ts";
import { healthOf, openSockets, recordedIds, uncaughtIn } from "./server-watch.ts";
import type { Provider } from "./start-provider.ts";

/** Connections that nobody needs are closed after a few seconds; what is there after this has leaked, milliseconds. */
const QUIET_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** Sockets that the questions themselves hold for some seconds. */
const KEPT_SOCKETS = 4;

/** What a soak left behind. */
export interface Aftermath {
  /** Attempts that reached the provider. */
  readonly attempts: number;
  /** Calls that the server says it recorded, and those whose facts or bodies it says it dropped. */
  readonly recorded: number;
  readonly droppedFacts: number;
  readonly droppedBodies: number;
  /** Calls that were sent and are neither. */
  readonly unaccounted: number;
  /** Calls in the list, those that are in it twice, and those whose id a caller got and that are not in it. */
  readonly listed: number;
  readonly twice: number;
  readonly missing: number;
  /** Lines of the server's output about what nobody caught. */
  readonly uncaught: readonly string[];
  readonly socketsLeaked: number;
  /** Whether no call was under way and no record waited in the end. */
  readonly quiet: boolean;
  /** Whether the server still runs. */
  readonly alive: boolean;
}

/** Lets everything come to rest and counts. `socketsBefore` is what the server had open before the first call. */
export async function aftermathOf(
  server: ServerProcess,
  {
    provider,
    load,
    socketsBefore,
  }: { readonly provider: Provider; readonly load: Load; readonly socketsBefore: number },
): Promise<Aftermath> {
  const quiet = await settles(async () => {
    const { in_flight, records } = await healthOf(server);
    return in_flight === 0 && records.waiting === 0;
  });
  const surplus = (): number => Math.max(0, openSockets(server) - socketsBefore - KEPT_SOCKETS);
  await settles(async () => (await provider.state()).open === 0 && surplus() === 0);
  const { open, attempts } = await provider.state();
  const socketsLeaked = surplus() + open;
  const { recorded, dropped_facts: droppedFacts, dropped_bodies: droppedBodies } = (await healthOf(server)).records;
  return {
    attempts,
    recorded,
    droppedFacts,
    droppedBodies,
    unaccounted: load.sent - recorded - droppedFacts,
    ...(await compare(server, load)),
    uncaught: uncaughtIn(server.output()),
    socketsLeaked,
    quiet,
    alive: server.process.exitCode === null,
  };
}

/** Whether nothing was lost, doubled, leaked or left uncaught. */
export const isClean = (after: Aftermath): boolean =>
  after.quiet &&
  after.alive &&
  after.uncaught.length === 0 &&
  after.socketsLeaked === 0 &&
  after.unaccounted === 0 &&
  after.twice === 0 &&
  after.missing <= after.droppedFacts &&
  after.listed === after.recorded;

/** Waits until a condition holds, at most so long; whether it holds then. */
async function settles(condition: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + QUIET_MS;
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

/** Every recorded call against what the callers were told. */
async function compare(server: ServerProcess, load: Load): Promise<{ listed: number; twice: number; missing: number }> {
  const found = new Set<string>();
  let listed = 0;
  for await (const id of recordedIds(server)) {
    listed += 1;
    found.add(id);
  }
  let missing = 0;
  for (const id of load.ids) if (!found.has(id)) missing += 1;
  return { listed, twice: listed - found.size, missing };
}
