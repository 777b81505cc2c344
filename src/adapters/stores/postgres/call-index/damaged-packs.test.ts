import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOf, newId } from "../../../../../test/contracts/store-samples.ts";
import type { CallRecord } from "../../../../domain/call/call-record.ts";
import { searchWords } from "../../../../domain/call/search-words.ts";
import { openDatabase } from "../database.ts";
import type { Database } from "../database.ts";
import { postgresStoresOn } from "../open-postgres-stores.ts";
import type { PostgresStores } from "../open-postgres-stores.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;

const dataDir = mkdtempSync(join(tmpdir(), "rollward-damaged-"));
let database: Database;
let stores: PostgresStores;

beforeAll(async () => {
  database = await openDatabase({ dataDir });
  stores = postgresStoresOn(database, "scan");
});
afterAll(async () => {
  await stores.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A call in a pack of its own. */
async function written(minutesAgo: number, said: string): Promise<CallRecord> {
  const at = NOW - minutesAgo * MINUTE;
  const request = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: said }] }));
  const call = callOf({ at, id: newId("call", at), endpoint: "bot" }, { request });
  await stores.calls.append([call]);
  return call;
}

/** Zeroes some bytes in the middle of the newest pack, as a disk would. */
async function damage(table: "fact_packs" | "body_packs"): Promise<void> {
  const newest = table === "fact_packs" ? sql`order by last_ms desc` : sql`order by day desc, ctid desc`;
  await sql`
    update ${sql.table(table)} as packs
    set data = overlay(packs.data placing decode(repeat('00', 24), 'hex') from 5)
    from (select day, id from ${sql.table(table)} ${newest} limit 1) as found
    where packs.day = found.day and packs.id = found.id`.execute(database.db);
}

const takeAll = async (): Promise<void> => {
  while ((await stores.callIndex.step()) > 0);
};

const idsOf = async (words?: string): Promise<readonly string[]> => {
  const search = { facets: { endpoint: ["bot"] }, ...(words !== undefined && searchWords(words)) };
  const { calls } = await stores.callIndex.find(search, { order: "newest", limit: 50 });
  return calls.map(({ facts }) => facts.id);
};

const waiting = async (): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from call_index_queue`.execute(
    database.db,
  );
  return rows[0]?.count ?? -1;
};

test("a damaged pack of facts leaves the queue, is counted, and takes no other call from lists and searches", async () => {
  const before = await written(30, "zanzibar one");
  await written(20, "zanzibar lost");
  await damage("fact_packs");
  const after = await written(10, "zanzibar two");
  expect(await idsOf()).toEqual([after.facts.id, before.facts.id]);
  await takeAll();
  expect(await waiting()).toBe(0);
  expect(await stores.callIndex.damaged()).toBe(1);
  expect(await idsOf()).toEqual([after.facts.id, before.facts.id]);
  expect(await idsOf("zanzibar")).toEqual([after.facts.id, before.facts.id]);
  const listed = await stores.calls.list({ endpoint: "bot", limit: 50 });
  expect(listed.map(({ id }) => id)).toEqual([after.facts.id, before.facts.id]);
  await takeAll();
  expect(await stores.callIndex.damaged()).toBe(1);
});

test("a pack that is damaged after it was indexed takes no other call from searches", async () => {
  const known = await idsOf();
  await written(5, "kilimanjaro");
  await takeAll();
  await damage("fact_packs");
  expect(await idsOf()).toEqual(known);
});

test("a call whose bytes are damaged is found by its facts", async () => {
  const call = await written(2, "serengeti");
  await damage("body_packs");
  await takeAll();
  expect(await idsOf()).toContain(call.facts.id);
  expect(await idsOf("serengeti")).toEqual([]);
  expect(await waiting()).toBe(0);
});

test("is forgotten when its day has passed", async () => {
  await stores.calls.expire(NOW + 40 * DAY, Number.POSITIVE_INFINITY);
  expect(await stores.callIndex.damaged()).toBe(1);
  await stores.calls.expire(NOW + 40 * DAY, 30);
  expect(await stores.callIndex.damaged()).toBe(0);
});
