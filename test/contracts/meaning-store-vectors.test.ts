import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import type { PostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import { meaningStoreContract } from "./meaning-store.contract.ts";

const SERVER_URL = process.env["ROLLWARD_TEST_DATABASE_URL"] ?? "";

/**
 * What a store needs of pgvector, in SQL: the type by its text form, and the cosine distance. A server that has the
 * extension itself is used as it is.
 */
const STAND_IN = `
create domain vector as text;
create function cosine_distance(one text, other text) returns double precision language sql immutable as $$
  select 1 - sum(a.value::float8 * b.value::float8)
  from json_array_elements_text(one::json) with ordinality a(value, n)
  join json_array_elements_text(other::json) with ordinality b(value, n) using (n)
$$;
create operator <=> (leftarg = text, rightarg = text, function = cosine_distance);
`;

describe.runIf(SERVER_URL !== "")("a PostgreSQL server that compares vectors", () => {
  const schema = `vectors_${Date.now()}_${process.pid}`;
  let client: pg.Client;
  let stores: PostgresStores;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: SERVER_URL });
    await client.connect();
    const { rows } = await client.query("select 1 from pg_available_extensions where name = 'vector'");
    await client.query(`create schema ${schema}; set search_path = ${schema}`);
    if (rows.length === 0) await client.query(STAND_IN);
    const url = new URL(SERVER_URL);
    url.searchParams.set("options", `-c search_path=${schema}${rows.length === 0 ? "" : ",public"}`);
    stores = await openPostgresStores({ url: url.href });
  });

  afterAll(async () => {
    await stores.close();
    await client.query(`drop schema ${schema} cascade`);
    await client.end();
  });

  test("is found out when the stores are opened", () => {
    expect(stores.meanings.search).toBe("pgvector");
  });

  meaningStoreContract(() => stores.meanings);
});
