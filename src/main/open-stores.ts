import { join } from "node:path";
import { createWithdrawalFile } from "../adapters/system/withdrawal-file.ts";
import { openMemoryStores } from "../adapters/stores/memory/open-memory-stores.ts";
import { openPostgresStores } from "../adapters/stores/postgres/open-postgres-stores.ts";
import { IN_MEMORY } from "../config/options.ts";
import type { Options } from "../config/options.ts";
import type { Stores } from "./stores.ts";

/** Opens what the options name: a database server, memory, or the embedded database. */
export async function openStores({ databaseUrl, dataDir }: Pick<Options, "databaseUrl" | "dataDir">): Promise<Stores> {
  if (databaseUrl !== null) return openPostgresStores({ url: databaseUrl });
  if (dataDir === IN_MEMORY) return openMemoryStores();
  const stores = await openPostgresStores({ dataDir });
  return { ...stores, notes: createWithdrawalFile(join(dataDir, "withdrawals.json")) };
}
