import { startPostgres, startRedis } from "../../test/fixtures/own-servers.ts";
import type { OwnServer } from "../../test/fixtures/own-servers.ts";

const DATABASE = "ROLLWARD_TEST_DATABASE_URL";
const VALKEY = "ROLLWARD_TEST_VALKEY_URL";

/**
 * Runs with the PostgreSQL and the Valkey or Redis that the environment names, and with new ones of our own where it names
 * none; those are stopped afterwards. Throws when they are not installed.
 */
export async function withServers<T>(run: (valkeyUrl: string) => Promise<T>): Promise<T> {
  const own: OwnServer[] = [];
  const urlOf = async (name: string, start: () => Promise<OwnServer>): Promise<string> => {
    const named = process.env[name];
    if (named !== undefined) return named;
    const server = await start();
    own.push(server);
    process.env[name] = server.url;
    return server.url;
  };
  try {
    await urlOf(DATABASE, startPostgres);
    return await run(await urlOf(VALKEY, () => startRedis()));
  } finally {
    for (const server of own) server.stop();
  }
}
