import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { openDatabase } from "../src/adapters/stores/postgres/database.ts";
import { createPostgresSeriesStore } from "../src/adapters/stores/postgres/postgres-series-store.ts";
import { SERIES_HISTOGRAMS } from "../src/domain/series/series-cell.ts";
import type { SeriesQuery } from "../src/ports/series-store.ts";

/**
 * What sums over long times cost, before days are made and after: `node bench/series.ts [--database-url …] [--days 400] [--cells 30]`.
 * Without an address on the embedded database. Times are the median of three, on the clock and of the processor (of the whole process: not
 * that of a server).
 */
const { values } = parseArgs({
  options: {
    "database-url": { type: "string" },
    days: { type: "string", default: "400" },
    cells: { type: "string", default: "30" },
  },
});
const DAYS = Number(values.days);
const CELLS = Number(values.cells);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 10);
const ENVIRONMENT = `bench-${process.pid}`;
const ROUNDS = 3;

const dataDir = mkdtempSync(join(tmpdir(), "rollward-bench-series-"));
const url = values["database-url"];
const database = await openDatabase(url === undefined ? { dataDir } : { url });
const { db } = database;
const series = createPostgresSeriesStore(db);

/** A day of hours: calls of three models of each endpoint, with forty buckets of latency. */
async function fill(day: number): Promise<void> {
  await sql`
    insert into series_cells
    select 'hour', hour, ${ENVIRONMENT}, 'endpoint-' || (cell / 3), 'endpoint-' || (cell / 3) || '@1', 'stable', 'primary', 'sim/m' || (cell % 3),
      100, 3, 2, 1, 50, 110, 1000, 0, 0, 500, 0, 123456789, 0, 0, 0, 0, 0, 0, 0, 0,
      '{"provider_timeout": 2, "rate_limited": 1}', '{"provider_timeout": 4}', '{}',
      array(select case when bucket between 20 and 60 then 3 else 0 end from generate_series(1, 60) as bucket), 98765432,
      array(select case when bucket between 10 and 40 then 2 else 0 end from generate_series(1, 40) as bucket), 8765432
    from generate_series(${day}::bigint, ${day + DAY - HOUR}::bigint, ${HOUR}::bigint) as hour, generate_series(0, ${CELLS - 1}::int) as cell`.execute(
    db,
  );
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 };
}

const to = NOW;
const common = { span: "hour", to, by: ["endpoint"], limit: 1_000, where: { environment: ENVIRONMENT } } as const;
const whole = { ...common, from: NOW - DAYS * DAY, histograms: SERIES_HISTOGRAMS };
const QUERIES: Readonly<Record<string, SeriesQuery>> = {
  [`${DAYS} days of all, two histograms`]: whole,
  [`${DAYS} days of all, by the day`]: { ...whole, stepMs: DAY, limit: 20_000 },
  "30 days of all, two histograms": { ...common, from: NOW - 30 * DAY, histograms: SERIES_HISTOGRAMS },
  "30 days of one endpoint, availability": {
    ...common,
    from: NOW - 30 * DAY,
    where: { environment: ENVIRONMENT, endpoint: "endpoint-1" },
    histograms: [],
  },
  "30 days of one endpoint, latency": {
    ...common,
    from: NOW - 30 * DAY,
    where: { environment: ENVIRONMENT, endpoint: "endpoint-1" },
    histograms: ["latency"],
  },
};

const said = ({ ms, cpuMs }: Cost): string => `${ms.toFixed(0).padStart(7)} ms ${cpuMs.toFixed(0).padStart(7)} ms CPU`;

async function measure(title: string): Promise<void> {
  console.log(`\n${title}`);
  for (const [name, query] of Object.entries(QUERIES)) {
    console.log(`${name.padEnd(42)} ${await medianOf(() => series.query(query))}`);
  }
}

async function medianOf(work: () => Promise<unknown>): Promise<string> {
  const rounds: Cost[] = [];
  const began = performance.now();
  try {
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await costOf(work));
  } catch (error) {
    const after = (performance.now() - began).toFixed(0);
    const busy = await untilItAnswers();
    return `no answer after ${after} ms, and the database was busy with it for ${busy.toFixed(0)} ms more (${String(error).slice(0, 120)})`;
  }
  return said(rounds.toSorted((one, other) => one.ms - other.ms)[1] ?? { ms: 0, cpuMs: 0 });
}

/** How long it takes until others are answered again, ms. */
async function untilItAnswers(): Promise<number> {
  const began = performance.now();
  while (!(await database.ready())) await new Promise((resolve) => setTimeout(resolve, 100));
  return performance.now() - began;
}

try {
  const first = Math.floor(NOW / DAY) * DAY - DAYS * DAY;
  const filled = await costOf(async () => {
    for (let day = first; day <= NOW; day += DAY) await fill(day);
  });
  console.log(`${DAYS} days of ${CELLS} cells an hour written: ${said(filled)}`);
  await sql`analyze series_cells`.execute(db);
  await measure("hours alone");
  let days = 0;
  const made = await costOf(async () => {
    for (let more = 1; more > 0; days += more)
      more = await series.makeDays({ from: first, before: NOW - DAY, limit: 10 });
  });
  console.log(`\n${days} days made: ${said(made)}, ${(made.ms / days).toFixed(0)} ms each`);
  await sql`analyze series_cells`.execute(db);
  await measure("with days");
} finally {
  await sql`delete from series_cells where environment = ${ENVIRONMENT}`.execute(db);
  await sql`delete from series_days where start between ${NOW - (DAYS + 1) * DAY} and ${NOW}`.execute(db);
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
}
