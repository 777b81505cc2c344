import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { writeProject } from "../../test/fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";
import type { Caller } from "./load.ts";
import { startPostgres, startRedis } from "../../test/fixtures/own-servers.ts";
import type { OwnServer } from "../../test/fixtures/own-servers.ts";
import { POOR, projectText, PUSHY } from "./project.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Everything that a run needs, all of its own. */
export interface Stage {
  readonly postgres: OwnServer;
  readonly redis: OwnServer;
  readonly servers: readonly ServerProcess[];
  readonly callers: readonly Caller[];
  /** Lets the replicas end in good order. */
  stopServers(): Promise<void>;
  /** Ends whatever still runs. */
  close(): void;
}

/** Starts PostgreSQL, Redis, a model that answers at once, the replicas and their keys. */
export async function setStage(replicas: number): Promise<Stage> {
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const end of closers.splice(0).toReversed()) end();
  };
  try {
    const postgres = await startPostgres();
    closers.push(() => postgres.stop());
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const upstream = await startUpstream();
    closers.push(() => void upstream.process.kill("SIGKILL"));
    const config = writeProject({ "rollward.yaml": projectText(upstream.port) });
    const environment = { DATABASE_URL: postgres.url, VALKEY_URL: redis.url, NODE_ENV: "production" };
    const servers: ServerProcess[] = [];
    for (let each = 0; each < replicas; each += 1) {
      // The first applies the project, the others serve what it applied.
      const args = each === 0 ? ["--config", config] : ["--no-demo"];
      const server = spawnServer(await freePort(), args, environment);
      servers.push(server);
      closers.push(() => void server.process.kill("SIGKILL"));
      await ready(server);
    }
    return { postgres, redis, servers, callers: await makeCallers(servers), close, stopServers: () => stop(servers) };
  } catch (error) {
    close();
    throw error;
  }
}

async function startUpstream(): Promise<{ readonly port: number; readonly process: ChildProcess }> {
  const child = fork(here("../http/mock-upstream.ts"), [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once("message", ({ port }: { port: number }) => resolve(port));
  child.once("exit", (code) => reject(new Error(`The model ended with ${code}.`)));
  return { port: await promise, process: child };
}

async function stop(servers: readonly ServerProcess[]): Promise<void> {
  for (const { process: child } of servers) child.kill("SIGTERM");
  await Promise.all(servers.map(({ exited }) => exited));
}

/** Longest time until a new key is known everywhere, ms. */
const KEYS_MS = 2_000;

async function makeCallers([server]: readonly ServerProcess[]): Promise<readonly Caller[]> {
  const keyFor = async (name: string, tenant?: string): Promise<string> => {
    if (server === undefined) throw new Error("There is no server.");
    const answer = await askProcess(server, { method: "POST", path: "/api/keys", body: { name, tenant } });
    if (answer?.status !== 200) throw new Error(`No key for ${name}: ${JSON.stringify(answer)}`);
    return (answer.body as { readonly secret: string }).secret;
  };
  const plain = await keyFor("plain");
  const callers = [
    { name: "plain", key: plain, percent: 65, repeats: false },
    { name: "again", key: plain, percent: 20, repeats: true },
    { name: PUSHY.tenant, key: await keyFor(PUSHY.tenant, PUSHY.tenant), percent: 10, repeats: false },
    { name: POOR.tenant, key: await keyFor(POOR.tenant, POOR.tenant), percent: 5, repeats: false },
  ];
  await new Promise((resolve) => setTimeout(resolve, KEYS_MS));
  return callers;
}
