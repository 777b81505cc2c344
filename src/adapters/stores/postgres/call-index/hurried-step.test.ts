import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOf } from "../../../../../test/contracts/store-samples.ts";
import { searchWords } from "../../../../domain/call/search-words.ts";
import { openDatabase } from "../database.ts";
import { postgresStoresOn } from "../open-postgres-stores.ts";
import type { PostgresStores } from "../open-postgres-stores.ts";

/** Every rest is the longest there is, a second. */
const SLOW = 1e6;
/** Each in a pack of its own, and a rest after each: twice as long as the tests wait. */
const CALLS = 40;
const timeout = 20_000;

const dataDir = mkdtempSync(join(tmpdir(), "rollward-hurried-"));
let stores: PostgresStores;

beforeAll(async () => {
  stores = postgresStoresOn(await openDatabase({ dataDir }), "scan");
});
afterAll(async () => {
  await stores.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(said: string): Promise<void> {
  for (let count = 0; count < CALLS; count += 1) {
    const request = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: `${said} ${count}` }] }));
    await stores.calls.append([callOf({ endpoint: "bot" }, { request })]);
  }
}

test("who looks for words does not wait for the rests of a step under way", { timeout }, async () => {
  const { callIndex } = stores;
  await ask("Is it quick?");
  const slow = callIndex.step(SLOW);
  const search = { facets: { endpoint: ["bot"] }, ...searchWords("quick") };
  const found = await callIndex.find(search, { order: "newest", limit: 100 });
  expect(found.calls).toHaveLength(CALLS);
  expect(await slow).toBe(0);
});

test("nor does one that stops", { timeout }, async () => {
  await ask("Is it slow?");
  const slow = stores.callIndex.step(SLOW);
  await stores.close();
  expect(await slow).toBe(0);
  stores = postgresStoresOn(await openDatabase({ dataDir }), "scan");
});
