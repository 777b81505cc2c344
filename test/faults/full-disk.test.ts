import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { limitFileSize, mountSmallDisk } from "../fixtures/full-disk.ts";
import type { SmallDisk } from "../fixtures/full-disk.ts";
import { ADMIN_KEY, modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";

const CONFIG = writeProject({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`,
});

/** Size of a question; how much of it shrinks when compressed is up to the disk. */
const QUESTION_BYTES = 600_000;
/** Far more than the bodies that may wait (64 MiB) and what fits into the files. */
const MOST_CALLS = 300;
const MIB = 1024 * 1024;
const PATIENCE = { timeout: 60_000, interval: 100 };

let disk: SmallDisk | null = null;
let server: ServerProcess | null = null;

afterEach(async () => {
  server?.process.kill("SIGKILL");
  await server?.exited;
  disk?.remove();
  disk = null;
  server = null;
});

interface Health {
  readonly database: { readonly ready: boolean; readonly trouble: string | null };
  readonly records: Readonly<Record<"recorded" | "dropped_bodies" | "dropped_facts" | "waiting", number>>;
}

const health = async (target: ServerProcess): Promise<Health> =>
  (await askProcess(target, { method: "GET", path: "/api/health" }))?.body as Health;

const readiness = async (target: ServerProcess): Promise<string> => {
  const answer = (await (await fetch(`${target.url}/readyz`)).json()) as { readonly status: string };
  return answer.status;
};

/** Sends one call, which must succeed, and returns its id. */
async function call(target: ServerProcess, { freshBytes }: SmallDisk): Promise<string> {
  const fresh = randomBytes((freshBytes * 3) / 4).toString("base64");
  const question = fresh.repeat(QUESTION_BYTES / freshBytes);
  const response = await fetch(`${target.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: question }] }),
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return response.headers.get("x-rollward-call") ?? "";
}

async function start(directory: string, isFirst: boolean): Promise<ServerProcess> {
  const started = spawnServer(await freePort(), [
    ...(isFirst ? ["--config", CONFIG] : ["--no-demo"]),
    "--data-dir",
    join(directory, "data"),
  ]);
  await ready(started);
  return started;
}

/** Calls go on while nothing can be written, until bodies are dropped for want of memory. Returns the calls sent, and how it was then. */
async function callUntilBodiesDrop(
  target: ServerProcess,
  full: SmallDisk,
): Promise<{ readonly sent: number; readonly during: Health }> {
  for (let sent = 1; sent <= MOST_CALLS; sent += 1) {
    await call(target, full);
    const during = await health(target);
    // On a busy machine some are dropped before the files are full, because writing takes longer than calls.
    if (during.records.dropped_bodies > 0 && !during.database.ready) return { sent, during };
  }
  throw new Error(`Nothing was dropped in ${MOST_CALLS} calls: ${JSON.stringify(await health(target))}`);
}

const recordOf = async (target: ServerProcess, id: string): Promise<number | undefined> =>
  (await askProcess(target, { method: "GET", path: `/api/calls/${id}` }))?.status;

/** Fills the disk under a server, frees it and starts the server again; says whether the last call is there then. */
async function survive(full: SmallDisk): Promise<boolean> {
  server = await start(full.directory, true);
  const target = server;
  const pid = target.process.pid ?? 0;
  await call(target, full);
  await expect.poll(async () => (await health(target)).records.recorded, PATIENCE).toBe(1);
  expect((await health(target)).database).toMatchObject({ ready: true, trouble: null });

  full.fill(pid);
  const { sent, during } = await callUntilBodiesDrop(target, full);
  expect(during.database.ready).toBe(false);
  expect(during.database.trouble).toMatch(/No space left on device|File too large/);
  expect(during.records.dropped_facts).toBe(0);
  const readyz = await fetch(`${target.url}/readyz`);
  expect(readyz.status).toBe(200);
  const told = await readyz.text();
  expect(told).toContain("the database takes no writes");
  expect(told).not.toMatch(/No space left on device|File too large/);

  full.makeRoom(pid);
  await expect.poll(async () => (await health(target)).records.waiting, PATIENCE).toBe(0);
  expect(await readiness(target)).toBe("ready");
  expect((await health(target)).records).toMatchObject({ recorded: 1 + sent, dropped_facts: 0 });
  const after = await call(target, full);
  await expect.poll(() => recordOf(target, after), PATIENCE).toBe(200);

  target.process.kill("SIGTERM");
  expect(await target.exited).toBe(0);
  server = await start(full.directory, false);
  return (await recordOf(server, after)) === 200;
}

const mounted = process.platform === "linux" ? mountSmallDisk() : null;
mounted?.remove();
if (mounted === null) process.stderr.write("This user may not mount: the full disk is a limit on the size of files.\n");

describe("a disk that is full", () => {
  // Who may not mount has the next test, which fills a disk in another way.
  test.runIf(mounted !== null)("a file system without room", { timeout: 240_000 }, async () => {
    disk = mountSmallDisk();
    if (disk === null) throw new Error("The file system could be mounted a moment ago.");
    expect(await survive(disk)).toBe(true);
  });

  // Limits of a running process can be changed on Linux alone.
  test.runIf(process.platform === "linux").each([
    // Above a segment of the write-ahead log (16 MiB), so that tables meet the limit first: statements fail.
    ["tables that may not grow", 17 * MIB],
    // Below: the database itself gives up and is started again until there is room.
    ["a log that may not be written", MIB],
  ])("%s", { timeout: 240_000 }, async (_, maxFileBytes) => {
    disk = limitFileSize(maxFileBytes);
    expect(await survive(disk)).toBe(true);
  });
});
