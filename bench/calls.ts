import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { createPostgresCallIndex } from "../src/adapters/stores/postgres/call-index/postgres-call-index.ts";
import { createCallWriter } from "../src/adapters/stores/postgres/call-writer.ts";
import type { CallWriter } from "../src/adapters/stores/postgres/call-writer.ts";
import { openDatabase } from "../src/adapters/stores/postgres/database.ts";
import type { Database } from "../src/adapters/stores/postgres/database.ts";
import { createPostgresCallStore } from "../src/adapters/stores/postgres/postgres-call-store.ts";
import { FACETS } from "../src/domain/call/call-search.ts";
import type { CallIndex } from "../src/ports/call-index.ts";
import { createFreshDatabase } from "../test/fixtures/fresh-database.ts";
import { callAt, END_AT, numbersFrom } from "./calls/made-calls.ts";
import { SEARCHES } from "./calls/searches.ts";
import type { NamedSearch } from "./calls/searches.ts";

const HELP = `Fills a store with calls in the way in which the recorder does, then times what the page of calls asks.

  --rows N       how many calls (default 1,000,000)
  --store NAME   server, embedded, or both (default)
  --json         ends with one line of JSON

The server is that of ROLLWARD_TEST_DATABASE_URL; the run makes a database of its own there and drops it.
`;

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    store: { type: "string", default: "both" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const BATCH = 500;
const WARM_RUNS = 3;
/** What a page of calls may take, ms: the median of its searches and the slowest. */
const TARGET_MS = { server: 200, embedded: 500 } as const;

interface Timed {
  readonly name: string;
  readonly firstMs: number;
  /** Median of the runs after the first. */
  readonly againMs: number;
  /** CPU of this process for one run, ms: what is left of it on a machine that has other things to do. */
  readonly cpuMs: number;
  readonly found: number;
}

interface Result {
  readonly store: "server" | "embedded";
  readonly rows: number;
  readonly writtenPerSecond: number;
  readonly indexedPerSecond: number;
  readonly bytesPerCall: Readonly<Record<string, number>>;
  readonly searches: readonly Timed[];
  readonly tally: readonly Timed[];
  readonly slowestMs: number;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Appends in batches as the recorder makes them; making the calls is not counted. */
async function fill({ db }: Database, writer: CallWriter, rows: number): Promise<number> {
  const store = createPostgresCallStore(db, writer);
  const random = numbersFrom(7);
  let spentMs = 0;
  for (let start = 0; start < rows; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, rows - start) }, (_, index) =>
      callAt(start + index, rows, random),
    );
    const startedAt = performance.now();
    await store.append(batch);
    spentMs += performance.now() - startedAt;
  }
  return (rows / spentMs) * 1_000;
}

async function indexAll(index: CallIndex, rows: number): Promise<number> {
  const startedAt = performance.now();
  while ((await index.step()) > 0);
  for (let more = 0; more < 4; more += 1) await index.step();
  return (rows / (performance.now() - startedAt)) * 1_000;
}

async function time(name: string, work: () => Promise<number>): Promise<Timed> {
  const runs: number[] = [];
  const cpu = process.cpuUsage();
  let found = 0;
  for (let run = 0; run <= WARM_RUNS; run += 1) {
    const startedAt = performance.now();
    found = await work();
    runs.push(performance.now() - startedAt);
  }
  const [firstMs = 0, ...again] = runs;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1_000 / runs.length;
  return { name, firstMs, cpuMs, againMs: again.toSorted((a, b) => a - b)[Math.floor(again.length / 2)] ?? 0, found };
}

const find = (index: CallIndex, { name, search, order }: NamedSearch): Promise<Timed> =>
  time(name, async () => (await index.find(search, { order, limit: 50 })).calls.length);

const count = (index: CallIndex, { name, search }: NamedSearch): Promise<Timed> =>
  time(`count: ${name}`, async () => (await index.tally(search, { facets: FACETS, spans: 60, now: END_AT })).calls);

async function sizes({ db }: Database, rows: number): Promise<Record<string, number>> {
  const { rows: found } = await sql<{ name: string; bytes: number }>`
    select parent.relname as name, sum(pg_total_relation_size(inhrelid))::float8 as bytes
    from pg_inherits join pg_class as parent on parent.oid = inhparent where parent.relkind = 'p' group by 1`.execute(
    db,
  );
  const named = ["fact_packs", "call_marks", "body_packs", "call_segments", "call_segment_parts", "call_texts"];
  return Object.fromEntries(
    named.map((name) => [name, Math.round(((found.find((each) => each.name === name)?.bytes ?? 0) / rows) * 10) / 10]),
  );
}

async function measure(kind: Result["store"], database: Database): Promise<Result> {
  const rows = Number(options.rows);
  const writer = createCallWriter({ address: database.address, limits: { ...database.limits, size: 1 } }, database);
  try {
    const index = createPostgresCallIndex(database.db, writer);
    const writtenPerSecond = await fill(database, writer, rows);
    const indexedPerSecond = await indexAll(index, rows);
    if (kind === "server") await sql`analyze`.execute(database.db);
    const searches: Timed[] = [];
    for (const each of SEARCHES) searches.push(await find(index, each));
    const tally: Timed[] = [];
    for (const each of SEARCHES.filter((_, place) => place % 4 === 0)) tally.push(await count(index, each));
    tally.push(
      await time(
        "sessions",
        async () => (await index.sessions({ facets: { environment: ["production"] } }, { limit: 50 })).sessions.length,
      ),
    );
    const slowestMs = Math.max(...searches.map(({ firstMs, againMs }) => Math.max(firstMs, againMs)));
    return {
      store: kind,
      rows,
      writtenPerSecond,
      indexedPerSecond,
      bytesPerCall: await sizes(database, rows),
      searches,
      tally,
      slowestMs,
    };
  } finally {
    await writer.close();
  }
}

function tell({
  store,
  rows,
  writtenPerSecond,
  indexedPerSecond,
  bytesPerCall,
  searches,
  tally,
  slowestMs,
}: Result): void {
  say(
    `\n${store}: ${rows} calls; written ${Math.round(writtenPerSecond)} a second, indexed ${Math.round(indexedPerSecond)} a second`,
  );
  say(
    `bytes per call: ${Object.entries(bytesPerCall)
      .map(([name, bytes]) => `${name} ${bytes}`)
      .join(", ")}`,
  );
  say(
    `${"".padEnd(44)}${"found".padStart(8)}${"first ms".padStart(10)}${"again ms".padStart(10)}${"cpu ms".padStart(10)}`,
  );
  for (const { name, found, firstMs, againMs, cpuMs } of [...searches, ...tally]) {
    say(
      `${name.padEnd(44)}${String(found).padStart(8)}${firstMs.toFixed(1).padStart(10)}${againMs.toFixed(1).padStart(10)}${cpuMs.toFixed(1).padStart(10)}`,
    );
  }
  say(`slowest list: ${slowestMs.toFixed(0)} ms; at most ${TARGET_MS[store]} ms are wanted`);
}

async function onServer(): Promise<Result | null> {
  const fresh = await createFreshDatabase();
  if (fresh === null) {
    say("There is no PostgreSQL: set ROLLWARD_TEST_DATABASE_URL.");
    return null;
  }
  const database = await openDatabase({ url: fresh.url });
  try {
    return await measure("server", database);
  } finally {
    await database.close();
    await fresh.drop();
  }
}

async function embedded(): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), "rollward-bench-calls-"));
  const database = await openDatabase({ dataDir });
  try {
    return await measure("embedded", database);
  } finally {
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  if (options.help) return say(HELP);
  const results: Result[] = [];
  for (const [name, run] of [
    ["server", onServer],
    ["embedded", embedded],
  ] as const) {
    const result = options.store === "both" || options.store === name ? await run() : null;
    if (result === null) continue;
    results.push(result);
    tell(result);
  }
  if (options.json) {
    const short = results.map(({ searches: _, tally, ...rest }) => ({
      ...rest,
      slowestCountMs: Math.max(...tally.map(({ againMs }) => againMs)),
    }));
    say(JSON.stringify({ rows: Number(options.rows), results: short }));
  }
  if (results.some(({ store, slowestMs }) => slowestMs > TARGET_MS[store])) process.exitCode = 1;
}

await main();
