import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../test/fixtures/free-port.ts";
import { median } from "./semantic/verdict.ts";

const HELP = `Takes a fresh clone of this repository's last commit, starts it with npm as a stranger would, and times the first
served call; then stops it, and times a start with the data that is there (the median of three). The simulated model
answers at once: its time would be the provider's.

  --keep   leaves the clone where it is and says where
  --json   ends with one line of JSON

Exit code 1 above 90 s from the clone to the first served call, or above 3 s from the start with data to it.
`;

const MOST_FIRST_MS = 90_000;
const MOST_AGAIN_MS = 3_000;

/** Given up on, ms: something is wrong then, and not slow. */
const PATIENCE_MS = 600_000;
const EVERY_MS = 20;

const RESTARTS = 3;

const ROOT = join(import.meta.dirname, "..");
const ADMIN_KEY = "bench-start-admin-key-0123456789";

const PROJECT = `environment: production
providers:
  sim:
    kind: simulated
    models:
      m-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 0ms }
        between_tokens: { median: 0ms }
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

const { values: options } = parseArgs({
  options: {
    keep: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

interface Start {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

/** `npm start` in the clone, in a group of its own so that nothing of it stays behind. */
function npmStart(clone: string, port: number, args: readonly string[]): Start {
  const child = spawn("npm", ["start", "--", "--port", String(port), ...args], {
    cwd: clone,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ROLLWARD_ADMIN_KEY: ADMIN_KEY },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, output: () => output };
}

const isServed = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
  }).then(
    async (response) => (await response.arrayBuffer(), response.status === 200),
    () => false,
  );

/** Resolves when a call was answered with status 200. */
async function firstCall({ ended, output }: Start, port: number): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    if (await isServed(port)) return;
    if (isOver) throw new Error(`npm start ended:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  throw new Error(`No call was served within ${PATIENCE_MS / 1_000} s:\n${output()}`);
}

/** Asks the whole group to stop, as a terminal's Ctrl-C does, and waits until nobody listens any more. */
async function stop({ child, ended }: Start, port: number): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
  await ended;
  while (
    await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => true,
      () => false,
    )
  )
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}

interface Figures {
  readonly cloneMs: number;
  /** From the beginning of the clone. */
  readonly firstCallMs: number;
  readonly restartMs: number;
}

async function measure(folder: string): Promise<Figures> {
  const clone = join(folder, "rollward");
  const config = join(folder, "rollward.yaml");
  writeFileSync(config, PROJECT);
  const startedAt = performance.now();
  const cloned = spawnSync("git", ["clone", "--quiet", "--no-local", ROOT, clone], { encoding: "utf8" });
  if (cloned.status !== 0) throw new Error(`git clone failed: ${cloned.stderr}`);
  if (existsSync(join(clone, "node_modules"))) throw new Error("The clone is not fresh: it has node_modules.");
  const cloneMs = performance.now() - startedAt;
  const port = await freePort();
  const timed = async (args: readonly string[], since: number): Promise<number> => {
    const start = npmStart(clone, port, args);
    try {
      await firstCall(start, port);
      return performance.now() - since;
    } finally {
      await stop(start, port);
    }
  };
  const firstCallMs = await timed(["--config", config], startedAt);
  const restartsMs: number[] = [];
  while (restartsMs.length < RESTARTS) restartsMs.push(await timed(["--no-demo"], performance.now()));
  return { cloneMs, firstCallMs, restartMs: median(restartsMs) };
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

async function main(): Promise<void> {
  if (options.help) return void process.stdout.write(HELP);
  const folder = mkdtempSync(join(tmpdir(), "rollward-start-"));
  const load = loadavg()[0] ?? 0;
  try {
    const { cloneMs, firstCallMs, restartMs } = await measure(folder);
    process.stdout.write(
      `fresh clone to the first served call   ${seconds(firstCallMs)}   (clone ${seconds(cloneMs)}; at most ${seconds(MOST_FIRST_MS)})\n` +
        `start with data to a served call       ${seconds(restartMs)}   (at most ${seconds(MOST_AGAIN_MS)})\n` +
        `${cpus().length} cores, load ${load.toFixed(1)} before\n`,
    );
    if (options.keep) process.stdout.write(`${folder}\n`);
    const figures = { firstCallMs: Math.round(firstCallMs), restartMs: Math.round(restartMs), load };
    if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    process.exitCode = firstCallMs <= MOST_FIRST_MS && restartMs <= MOST_AGAIN_MS ? 0 : 1;
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
