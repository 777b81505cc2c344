import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callOf, newId, T0, uniqueName } from "../../../../test/contracts/store-samples.ts";
import type { CallRecord } from "../../../domain/call/call-record.ts";
import type { CallFilter, CallStore } from "../../../ports/call-store.ts";
import { createMemoryCallStore } from "../memory/memory-call-store.ts";
import { createCallWriter } from "./call-writer.ts";
import { dayOf, firstCallIdOf } from "./day.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { writeFacts } from "../../../domain/call/facts-text.ts";
import { createPostgresCallStore } from "./postgres-call-store.ts";
import { compress } from "./compress.ts";

const dataDir = mkdtempSync(join(tmpdir(), "rollward-call-packs-"));
const MINUTE_MS = 60_000;

let database: Database;
let store: CallStore;
let close: () => Promise<void>;

beforeAll(async () => {
  database = await openDatabase({ dataDir });
  const writer = createCallWriter({ address: database.address, limits: { ...database.limits, size: 1 } }, database);
  store = createPostgresCallStore(database.db, writer);
  close = async () => {
    await writer.close();
    await database.close();
  };
});

afterAll(async () => {
  await close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Around a midnight, so that calls fall on two days. */
const FROM = (dayOf(T0) + 10) * 86_400_000 - 3 * MINUTE_MS;

const call = fc.record({
  afterMs: fc.nat({ max: 6 * MINUTE_MS }),
  release: fc.constantFrom(1, 2, null),
  arm: fc.constantFrom("stable", "candidate", null),
  outcome: fc.constantFrom("ok", "ok", "ok", "failed", "abandoned"),
  session: fc.constantFrom("a", "b", "own", null),
});

const filter = fc.record(
  {
    release: fc.constantFrom(1, 2),
    arm: fc.constantFrom("stable", "candidate"),
    outcome: fc.constantFrom("ok", "failed"),
    session: fc.constantFrom("a", "b"),
    sinceMs: fc.nat({ max: 6 * MINUTE_MS }),
    before: fc.nat({ max: 200 }),
  },
  { requiredKeys: [] },
);

describe("calls in packs", () => {
  it("are listed as calls in memory are, whatever batches they came in", async () => {
    const batches = fc.array(fc.array(call, { maxLength: 90 }), { minLength: 1, maxLength: 5 });
    const filters = fc.array(fc.record({ filter, limit: fc.integer({ min: 1, max: 70 }) }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(batches, filters, async (drawn, asked) => {
        const endpoint = uniqueName("bot");
        const model = createMemoryCallStore(10_000);
        const written = drawn.map((batch) => batch.map((each) => callFor(endpoint, each)));
        for (const batch of written) {
          await store.append(batch);
          await model.append(batch);
        }
        const ids = written.flat().map(({ facts }) => facts.id);
        for (const { filter: one, limit } of asked) {
          const { release, sinceMs, before, ...rest } = one;
          const last = before === undefined ? undefined : ids[before % Math.max(1, ids.length)];
          const wanted: CallFilter = {
            endpoint,
            limit,
            ...rest,
            ...(rest.session !== undefined && { session: `${endpoint} ${rest.session}` }),
            ...(release !== undefined && { release: `${endpoint}@${release}` }),
            ...(sinceMs !== undefined && { since: FROM + sinceMs }),
            ...(last !== undefined && { before: last }),
          };
          expect(await store.list(wanted), JSON.stringify(wanted)).toEqual(await model.list(wanted));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("are found by their own id as a session where they have none", async () => {
    const id = newId("call");
    const alone = callOf({ id, session: { id, source: "call" } });
    await store.append([alone]);
    expect(await store.list({ session: id, limit: 5 })).toEqual([alone.facts]);
    expect(await store.list({ session: newId("call"), limit: 5 })).toEqual([]);
    expect(await store.list({ session: id, endpoint: uniqueName("other"), limit: 5 })).toEqual([]);
  });

  it("count once and as they came first, also where a batch is cut differently the second time", async () => {
    const endpoint = uniqueName("bot");
    const [first, second, third] = [0, 1, 2].map((more) => callOf({ endpoint, at: T0 + more }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("There are three.");
    const changed = { ...second, facts: { ...second.facts, status: 500 } };
    await store.append([first, second]);
    await store.append([changed, third]);
    const expected = [third.facts, second.facts, first.facts];
    expect(await store.list({ endpoint, limit: 5 })).toEqual(expected);
    expect(await store.list({ endpoint, limit: 2 })).toEqual(expected.slice(0, 2));
    expect(await store.facts(second.facts.id)).toEqual(second.facts);
  });
});

describe("calls that an older program recorded as rows", () => {
  it("are listed, shown and deleted like all others", async () => {
    const endpoint = uniqueName("bot");
    const at = T0 - 50 * 86_400_000;
    const old = [0, 1_000, 2_000].map((more) => callOf({ endpoint, at: at + more }));
    await writeRows(old);
    const between = callOf({ endpoint, at: at + 1_500 });
    await store.append([between, ...old.slice(0, 1)]);
    const expected = [old[2], between, old[1], old[0]].map((each) => each?.facts);
    expect(await store.list({ endpoint, limit: 10 })).toEqual(expected);
    expect(await store.list({ endpoint, limit: 2 })).toEqual(expected.slice(0, 2));
    for (const { facts } of old) {
      expect(await store.facts(facts.id)).toEqual(facts);
      expect(await store.bodies(facts.id)).toEqual({ request: null, upstream: null, answer: null });
    }
    expect(await store.expire(at + 40 * 86_400_000, 30)).toBeGreaterThan(0);
    expect(await store.list({ endpoint, limit: 10 })).toEqual([]);
  });
});

function callFor(endpoint: string, drawn: typeof call extends fc.Arbitrary<infer T> ? T : never): CallRecord {
  const { afterMs, release, arm, outcome, session } = drawn;
  const at = FROM + afterMs;
  const id = newId("call", at);
  return callOf({
    id,
    at,
    endpoint,
    arm,
    outcome,
    release: release === null ? null : `${endpoint}@${release}`,
    session:
      session === null
        ? null
        : session === "own"
          ? { id, source: "call" }
          : { id: `${endpoint} ${session}`, source: "header" },
  });
}

/** As migration 1 has it: a row per call that names a pack and the line in it. */
async function writeRows(calls: readonly CallRecord[]): Promise<void> {
  const { db } = database;
  const day = dayOf(calls[0]?.facts.at ?? 0);
  const lines = calls.map(({ facts }) => `{"facts":${writeFacts(facts)},"bodies":null}\n`).join("");
  const pack = "00000000-0000-0000-0000-000000000001";
  const bounds = sql`for values from (${sql.lit(firstCallIdOf(day))}) to (${sql.lit(firstCallIdOf(day + 1))})`;
  await sql`create table ${sql.table(`calls_d${day}`)} partition of calls ${bounds}`.execute(db);
  const packs = sql.table(`fact_packs_d${day}`);
  await sql`create table ${packs} partition of fact_packs for values in (${sql.lit(day)})`.execute(db);
  await sql`insert into fact_packs (day, id, raw_bytes, data)
    values (${day}, ${pack}, ${lines.length}, ${await compress(Buffer.from(lines))})`.execute(db);
  for (const [line, { facts }] of calls.entries()) {
    await sql`insert into calls (id, at, endpoint, release, arm, rollout_id, session, outcome, pack, line)
      values (${facts.id}, ${facts.at}, ${facts.endpoint}, ${facts.release}, ${facts.arm}, ${facts.rolloutId},
        ${facts.session?.id ?? null}, ${facts.outcome}, ${pack}, ${line})`.execute(db);
  }
}
