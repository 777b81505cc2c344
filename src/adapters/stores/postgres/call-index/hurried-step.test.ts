import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOf } from "../../../../../test/contracts/store-samples.ts";
import { searchWords } from "../../../../domain/call/search-words.ts";
import { openDatabase } from "../database.ts";
import { postgresStoresOn } from "../open-postgres-stores.ts";
import type { PostgresStores } from "../open-postgres-stores.ts";

/** Rests that nobody lives to see the end of. */
const ENDLESS = 1e6;

const dataDir = mkdtempSync(join(tmpdir(), "rollward-hurried-"));
let stores: PostgresStores;

beforeAll(async () => {
  stores = postgresStoresOn(await openDatabase({ dataDir }), "scan");
});
afterAll(async () => {
  await stores.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const ask = async (said: string): Promise<string> => {
  const request = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: said }] }));
  const call = callOf({ endpoint: "bot" }, { request });
  await stores.calls.append([call]);
  return call.facts.id;
};

test("who looks for words does not wait for the rests of a step under way", async () => {
  const { callIndex } = stores;
  const asked = await ask("Is it quick?");
  const slow = callIndex.step(ENDLESS);
  const search = { facets: { endpoint: ["bot"] }, ...searchWords("quick") };
  const found = await callIndex.find(search, { order: "newest", limit: 10 });
  expect(found.calls.map(({ facts }) => facts.id)).toEqual([asked]);
  expect(await slow).toBe(0);
});

test("nor does one that stops", async () => {
  await ask("Is it slow?");
  const slow = stores.callIndex.step(ENDLESS);
  await stores.close();
  expect(await slow).toBe(0);
  stores = postgresStoresOn(await openDatabase({ dataDir }), "scan");
});
