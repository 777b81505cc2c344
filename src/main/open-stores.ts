import { join } from "node:path";
import { createWithdrawalFile } from "../adapters/system/withdrawal-file.ts";
import { IN_MEMORY } from "../config/options.ts";
import type { ServeOptions } from "./serve.ts";
import type { Stores } from "./stores.ts";

/** Opens what the options name: a database server, memory, or the embedded database. */
export async function openStores({
  databaseUrl,
  dataDir,
  embedded,
}: Pick<ServeOptions, "databaseUrl" | "dataDir" | "embedded">): Promise<Stores> {
  if (databaseUrl === null && dataDir === IN_MEMORY) {
    const { openMemoryStores } = await import("../adapters/stores/memory/open-memory-stores.ts");
    return openMemoryStores();
  }
  const { openPostgresStores } = await import("../adapters/stores/postgres/open-postgres-stores.ts");
  if (databaseUrl !== null) return openPostgresStores({ url: databaseUrl });
  const stores = await openPostgresStores({ dataDir, ...(embedded !== undefined && { embedded }) });
  return { ...stores, notes: createWithdrawalFile(join(dataDir, "withdrawals.json")) };
}
