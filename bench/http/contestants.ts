import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sendProject } from "../../src/cli/send-project.ts";
import { freePort } from "../../test/fixtures/free-port.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Something that answers chat completions, and how to ask it. */
export interface Contestant {
  readonly name:
    | "direct"
    | "bare"
    | "rollward"
    | "rollward-steady"
    | "rollward-metered"
    | "rollward-hits"
    | "rollward-scraped"
    | "rollward-telemetry"
    | "portkey"
    | "litellm";
  readonly port: number;
  readonly headers: readonly string[];
  readonly model: string;
  /** Whether no two of its questions are the same; absent is one question again and again. */
  readonly isAlwaysNew?: boolean;
  readonly process: ChildProcess;
}

const QUESTION = "I ordered a pair of shoes eight days ago and the tracking page has not moved since. ".repeat(8);

/** What a contestant is asked; `{question}` is replaced in every call. */
export const bodyFor = ({ model, isAlwaysNew = false }: Contestant, stream: boolean): string =>
  JSON.stringify({
    model,
    messages: [{ role: "user", content: isAlwaysNew ? `{question} ${QUESTION}` : QUESTION }],
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });

/** Long enough that a load generator cannot be refused as a guess, and the same in every run. */
export const ADMIN_KEY = "bench-admin-key-0123456789-0123456789";

/** Forks a script that says `{port}` when it listens. */
export function forkServer(script: string, args: readonly string[]): Promise<{ port: number; process: ChildProcess }> {
  const child = fork(here(script), args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", ({ port }: { port: number }) => resolve({ port, process: child }));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  });
}

export async function startDirect(): Promise<Contestant> {
  return { name: "direct", headers: [], model: "bench-1", ...(await forkServer("mock-upstream.ts", [])) };
}

export async function startBare(upstream: number): Promise<Contestant> {
  return { name: "bare", headers: [], model: "bench-1", ...(await forkServer("bare-proxy.ts", [String(upstream)])) };
}

/** Rollward with everything on: key, assignment by a running rollout, rendering, evidence, recording. */
export function startRollward(upstream: number): Promise<Contestant> {
  return startServer("rollward", { upstream, files: { main: "rollward.yaml", releases: [1, 2] } });
}

/** The same without a rollout: what `rollward-metered` is compared with, because evidence bypasses the cache. */
export async function startSteady(upstream: number): Promise<Contestant> {
  const files = { main: "steady.yaml", releases: [1] };
  return { ...(await startServer("rollward-steady", { upstream, files })), isAlwaysNew: true };
}

/** Limits that nobody reaches, a budget that nobody spends, and the exact cache, which never hits. */
export async function startMetered(upstream: number): Promise<Contestant> {
  const files = { main: "metered.yaml", releases: [1] };
  return { ...(await startServer("rollward-metered", { upstream, files })), isAlwaysNew: true };
}

/** The same server asked one question again and again: every answer comes from the exact cache. */
export async function startHits(upstream: number): Promise<Contestant> {
  const files = { main: "metered.yaml", releases: [1] };
  const contestant = await startServer("rollward-hits", { upstream, files });
  for (const stream of [false, true]) await warm(contestant, bodyFor(contestant, stream));
  return contestant;
}

/** An answer is kept a moment after it was given. */
const WARM_TRIES = 50;
const WARM_PAUSE_MS = 20;

async function warm({ port }: Contestant, body: string): Promise<void> {
  for (let tries = 0; tries < WARM_TRIES; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body,
    });
    await answer.arrayBuffer();
    if (answer.headers.get("x-rollward-cache") === "hit") return;
    await new Promise((resolve) => setTimeout(resolve, WARM_PAUSE_MS));
  }
  throw new Error("The exact cache does not answer the question that it is asked again and again.");
}

interface ServerTerms {
  readonly upstream: number;
  /** The project's file, and the releases that are applied one after the other. */
  readonly files: { readonly main: string; readonly releases: readonly number[] };
  /** Variables of its own; absent is none. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts Rollward on an embedded database of its own and applies a project. */
export async function startServer(
  name: Contestant["name"],
  { upstream, files, environment = {} }: ServerTerms,
): Promise<Contestant> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "rollward-bench-"));
  const child = spawn(
    process.execPath,
    [here("../../src/main.ts"), "--no-demo", "--port", String(port), "--data-dir", directory],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ROLLWARD_ADMIN_KEY: ADMIN_KEY, BENCH_KEY: "none", ...environment },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/readyz`);
  for (const release of files.releases) await apply(url, { upstream, release, main: files.main });
  return {
    name,
    port,
    headers: [`authorization: Bearer ${ADMIN_KEY}`, "x-rollward-session: {session}"],
    model: "bench",
    process: child,
  };
}

interface Applied {
  readonly upstream: number;
  readonly release: number;
  readonly main: string;
}

async function apply(url: string, { upstream, release, main }: Applied): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "rollward-bench-project-"));
  for (const [name, source] of [
    ["rollward.yaml", main],
    ["prompt.md", "prompt.md"],
  ] as const) {
    const text = readFileSync(here(`project/${source}`), "utf8");
    writeFileSync(
      join(directory, name),
      text.replaceAll("UPSTREAM_PORT", String(upstream)).replaceAll("RELEASE", String(release)),
    );
  }
  const answer = await sendProject({ url, key: ADMIN_KEY }, { path: join(directory, "rollward.yaml"), dryRun: false });
  if (!answer.applied) throw new Error(JSON.stringify(answer.mistakes));
}

/** Waits until something answers at the address. */
export async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const response = await fetch(url).catch(() => null);
    if (response !== null && response.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Nothing answers at ${url}.`);
}
