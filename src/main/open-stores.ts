import { openMemoryStores } from "../adapters/stores/memory/open-memory-stores.ts";
import type { Options } from "../config/options.ts";
import type { Stores } from "./stores.ts";

/** Opens what the options name. */
export async function openStores(_: Pick<Options, "databaseUrl" | "dataDir">): Promise<Stores> {
  return openMemoryStores();
}
