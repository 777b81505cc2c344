import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/stores/postgres/database.ts";
import { openPostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import type { PostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import { ServedPglite } from "../../src/adapters/stores/postgres/served-pglite.ts";
import { meaningStoreContract } from "./meaning-store.contract.ts";

/** Connections that the stores may open at a time. */
const CONNECTIONS = 16;

describe("a PostgreSQL with the real pgvector", () => {
  let socketDir: string;
  let url: string;
  let database: ServedPglite;
  let server: PGLiteSocketServer;
  let stores: PostgresStores;

  beforeAll(async () => {
    socketDir = mkdtempSync(join(tmpdir(), "rollward-pgvector-"));
    database = new ServedPglite({ extensions: { vector } });
    await database.waitReady;
    server = new PGLiteSocketServer({
      db: database,
      path: join(socketDir, ".s.PGSQL.5432"),
      maxConnections: CONNECTIONS,
    });
    await server.start();
    url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketDir)}`;
    stores = await openPostgresStores({ url });
  });

  afterAll(async () => {
    await stores.close();
    await server.stop();
    await database.close();
    rmSync(socketDir, { recursive: true, force: true });
  });

  test("is found out when the stores are opened, which make the extension", async () => {
    expect(stores.meanings.search).toBe("pgvector");
    const other = await openDatabase({ url });
    const { rows } = await sql<{ name: string }>`
      select format_type(atttypid, null) as name from pg_attribute
      where attrelid = 'meanings'::regclass and attname = 'embedding'`.execute(other.db);
    await other.close();
    expect(rows).toEqual([{ name: "vector" }]);
  });

  meaningStoreContract(() => stores.meanings);
});
