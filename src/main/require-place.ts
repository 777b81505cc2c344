import { createServer } from "node:net";
import { requireFreeDataDir } from "../adapters/stores/postgres/data-dir-lock.ts";
import { IN_MEMORY } from "../config/options.ts";
import type { Options } from "../config/options.ts";
import { addressOf } from "./address-of.ts";
import { listenError } from "./listen-error.ts";
import type { ListenAddress } from "./listen-error.ts";

/**
 * Looks before anything is made whether a server would find its place. Throws `data_dir_in_use` first, which says most to
 * whoever has started one twice, then `port_in_use` or `cannot_listen`.
 */
export async function requirePlace({
  databaseUrl,
  dataDir,
  host,
  port,
}: Pick<Options, "databaseUrl" | "dataDir" | "host" | "port">): Promise<void> {
  if (databaseUrl === null && dataDir !== IN_MEMORY) requireFreeDataDir(dataDir);
  await requireListenable({ host, port });
}

/** The port is let go in the turn in which it was taken: no connection is ever taken up that nobody would answer. */
async function requireListenable({ host, port }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  try {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: await addressOf(host), port, exclusive: true }, () => server.close(() => resolve()));
    await promise;
  } catch (error) {
    throw listenError(error, { host, port });
  }
}
