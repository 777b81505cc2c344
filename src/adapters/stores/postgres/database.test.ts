import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { checkpointBeyond, logBytes, REWRITTEN, vacuum } from "./maintain.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";

const root = mkdtempSync(join(tmpdir(), "rollward-database-"));
const dataDir = join(root, "data");

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function failure(action: Promise<unknown>): Promise<RollwardError> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RollwardError) return error;
  throw new Error(`It did not fail as it should: ${String(error)}`);
}

describe("the embedded database", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ dataDir });
  });
  afterAll(() => database.close());

  it("is ready when it is open, and reachable by nobody else", async () => {
    expect(database.kind).toBe("embedded");
    expect(await database.ready()).toBe(true);
    expect(statSync(join(dataDir, "run")).mode & 0o777).toBe(0o700);
    expect(existsSync(join(dataDir, "run", ".s.PGSQL.5432"))).toBe(true);
  });

  it("flushes to the disk what PostgreSQL asks it to flush", async () => {
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method') order by name
    `.execute(database.db);
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      wal_sync_method: "fsync",
    });
  });

  it("never mixes up statements of several connections, however large they are", async () => {
    await sql`create table mixed (number integer, bytes bytea)`.execute(database.db);
    const large = Buffer.alloc(700_000, 7);
    const write = async (number: number): Promise<void> => {
      await sql`insert into mixed values (${number}, ${large})`.execute(database.db);
    };
    const ask = async (number: number): Promise<void> => {
      const text = "t".repeat((number % 7) * 20_000);
      const { rows } = await sql<{ n: number; t: string }>`select ${number}::int as n, ${text}::text as t`.execute(
        database.db,
      );
      expect(rows).toEqual([{ n: number, t: text }]);
    };
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? write(round * 40 + index) : ask(index))),
      );
    }
    const { rows } = await sql<{ written: number }>`select count(*) as written from mixed`.execute(database.db);
    expect(rows[0]?.written).toBe(50);
  });

  it("goes on when a connection breaks off in the middle of a statement", async () => {
    const socket = connect(join(dataDir, "run", ".s.PGSQL.5432"));
    const user = Buffer.from("\u0000\u0003\u0000\u0000user\u0000postgres\u0000\u0000");
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, user.length + 4]), user]));
    await new Promise((resolve) => socket.once("data", resolve));
    const parse = Buffer.from("\u0000select 1\u0000\u0000\u0000");
    const bindOfManyBytes = Buffer.from([0x42, 0x00, 0x0f, 0x00, 0x00, 0x00]);
    socket.write(Buffer.concat([Buffer.from([0x50, 0, 0, 0, parse.length + 4]), parse, bindOfManyBytes]));
    await new Promise((resolve) => socket.once("data", resolve));
    const others = [1, 2, 3].map((number) => sql<{ n: number }>`select ${number}::int as n`.execute(database.db));
    socket.destroy();
    expect((await Promise.all(others)).map(({ rows }) => rows[0]?.n)).toEqual([1, 2, 3]);
  });

  it("keeps transactions apart and undoes those that fail", async () => {
    await sql`create table kept (number integer primary key)`.execute(database.db);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        database.db.transaction().execute(async (transaction) => {
          await sql`insert into kept values (${index})`.execute(transaction);
          if (index % 2 === 1) await sql`insert into kept values (${index})`.execute(transaction);
        }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    const { rows } = await sql<{ number: number }>`select number from kept order by number`.execute(database.db);
    expect(rows.map(({ number }) => number)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  it("writes checkpoints, so that its log does not grow for ever", async () => {
    for (let round = 0; round < 4; round += 1) {
      await sql`insert into mixed select 0, repeat(md5(random()::text), 500)::bytea from generate_series(1, 200)`.execute(
        database.db,
      );
    }
    expect(await logBytes(database.db)).toBeGreaterThan(100_000);
    expect(await checkpointBeyond(database.db, 100_000)).toBe(true);
    expect(await logBytes(database.db)).toBeLessThan(100_000);
    expect(await checkpointBeyond(database.db, 100_000)).toBe(false);
    await vacuum(database.db);
  });

  it("migrates once, and refuses a database that a newer program has written", async () => {
    await migrate(database.db);
    const { rows } = await sql<{ number: number }>`select number from migrations`.execute(database.db);
    expect(rows).toEqual(MIGRATIONS.map((_, index) => ({ number: index + 1 })));
    const known = MIGRATIONS.length;
    await sql`insert into migrations (number, name) values (${known + 5}, 'later')`.execute(database.db);
    const error = await failure(migrate(database.db));
    expect(error).toMatchObject({ code: "database_too_new", details: { found: known + 5, known } });
    await sql`delete from migrations where number > ${known}`.execute(database.db);
  });

  it("frees what is counted anew, told and forgotten all the time, which no background process does", async () => {
    await migrate(database.db);
    await vacuum(database.db);
    expect(REWRITTEN).toEqual(expect.arrayContaining(["series_cells", "alert_desks", "sightings", "trace_spans"]));
    const size = async (): Promise<number> => {
      const { rows } = await sql<{ bytes: number }>`select pg_table_size('sightings')::int as bytes`.execute(
        database.db,
      );
      return rows[0]?.bytes ?? 0;
    };
    const fill = async (): Promise<void> => {
      await sql`
        insert into sightings (environment, replica_id, at, sights)
        select 'production', 'rep_1', at, to_json(repeat(at::text, 100)) from generate_series(1, 2000) as at`.execute(
        database.db,
      );
      await sql`delete from sightings`.execute(database.db);
      await vacuum(database.db);
    };
    await fill();
    const once = await size();
    await fill();
    await fill();
    expect(await size()).toBeLessThanOrEqual(once);
  });

  it("is refused to a second process at once", async () => {
    const module = fileURLToPath(new URL("./database.ts", import.meta.url));
    const script = `
      import { openDatabase } from ${JSON.stringify(module)};
      await openDatabase({ dataDir: ${JSON.stringify(dataDir)} }).catch((error) => console.log(error.code, error.details.pid));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    expect(output.trim()).toBe(`data_dir_in_use ${process.pid}`);
  });

  it("fails clearly while its disk is broken, and comes back when the disk does", async () => {
    const log = join(dataDir, "database", "pg_wal");
    renameSync(log, `${log}.away`);
    const write = () =>
      sql`select pg_switch_wal(), pg_logical_emit_message(false, 'a', repeat('x', 1000))`.execute(database.db);
    let error: RollwardError | null = null;
    for (let turn = 0; turn < 20 && error === null; turn += 1) error = await failure(write()).catch(() => null);
    expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
    await expect.poll(() => database.ready()).toBe(false);
    expect((await failure(write())).details["reason"]).toContain("the embedded database");

    renameSync(`${log}.away`, log);
    await expect.poll(() => database.ready(), { timeout: 60_000 }).toBe(true);
    const { rows } = await sql<{ written: number }>`select count(*) as written from kept`.execute(database.db);
    expect(rows).toEqual([{ written: 10 }]);
  });
});

describe("an embedded database that is opened again", () => {
  it("has what was written, gives up slow statements, and works under a long path", async () => {
    const long = join(root, "long ".repeat(20).trim(), "ü".repeat(20));
    cpSync(dataDir, long, { recursive: true });
    const first = await openDatabase({ dataDir: long });
    await first.db.insertInto("migrations").values({ number: -1, name: "written" }).execute();
    await first.close();
    expect(existsSync(join(long, "rollward.lock"))).toBe(false);

    const second = await openDatabase({ dataDir: long }, { queryMs: 200, connectMs: 200, maxWaiting: 3 });
    const written = await second.db.selectFrom("migrations").select("name").orderBy("number").executeTakeFirst();
    expect(written?.name).toBe("written");

    const slow = sql`select pg_sleep(1)`.execute(second.db);
    const behind = Array.from({ length: 20 }, () => sql`select 1`.execute(second.db));
    const errors = await Promise.all([slow, ...behind].map(failure));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["database_unavailable"]));
    expect(errors.filter(({ message }) => message.includes("wait for a connection")).length).toBeGreaterThan(10);
    await expect.poll(() => second.ready(), { timeout: 60_000 }).toBe(true);
    await second.close();
  });
});

describe("a data directory that cannot be used", () => {
  it("is named with the reason", async () => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    const error = await failure(openDatabase({ dataDir: join(file, "data") }));
    expect(error.code).toBe("data_dir_unusable");
    expect(error.details["dir"]).toBe(join(file, "data"));
  });
});

describe("a database server", () => {
  it("that never answers is given up after a while", async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as AddressInfo;
    const error = await failure(
      openDatabase({ url: `postgres://ada:secret@127.0.0.1:${port}/db` }, { connectMs: 100 }),
    );
    expect(error.code).toBe("database_unavailable");
    for (const socket of sockets) socket.destroy();
    mute.close();

    const refused = await failure(openDatabase({ url: `postgres://ada:secret@127.0.0.1:${port}/db` }));
    expect(refused.code).toBe("database_unavailable");
    expect(refused.details["reason"]).toContain("ECONNREFUSED");
    expect(refused.cause).toBeInstanceOf(Error);
  });

  it("whose address is no address is refused without showing it", async () => {
    const error = await failure(openDatabase({ url: "postgres://ada:s3cret@[nonsense" }));
    expect(error.code).toBe("database_unavailable");
    expect(JSON.stringify(error, ["message", "help", "stack", "cause"])).not.toContain("s3cret");
  });
});
