import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";

const YAML = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
telemetry:
  logs: { calls: all }
`;

let config: string;
let dataDir: string;

beforeEach(() => {
  config = writeProject({ "rollward.yaml": YAML });
  dataDir = mkdtempSync(join(tmpdir(), "rollward-output-"));
});

afterEach(() => {
  for (const path of [dirname(config), dataDir]) rmSync(path, { recursive: true, force: true });
});

async function start(args: readonly string[]): Promise<ServerProcess> {
  const server = spawnServer(await freePort(), [...args, "--data-dir", dataDir]);
  await ready(server);
  return server;
}

/** Ends whoever reads the output, as a Ctrl-C does with the other programs of a pipe. */
async function breakOutput({ process: { stdout, stderr } }: ServerProcess): Promise<void> {
  for (const stream of [stdout, stderr]) {
    const closed = new Promise((resolve) => stream?.once("close", resolve));
    stream?.destroy();
    await closed;
  }
}

/** The exit code of a server that is told to stop. */
function stop({ process, exited }: ServerProcess, signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
  process.kill(signal);
  return exited;
}

const PATH = "/v1/chat/completions";
const body = { model: "bot", messages: [{ role: "user", content: "Hello" }] };

describe("a server whose output nobody reads any more", () => {
  test("goes on, stops in good order, and keeps every record", { timeout: 120_000 }, async () => {
    const first = await start(["--config", config]);
    await breakOutput(first);
    for (let call = 0; call < 3; call += 1) {
      expect(await askProcess(first, { method: "POST", path: PATH, body })).toMatchObject({ status: 200 });
    }
    expect(await stop(first)).toBe(0);
    const second = await start(["--config", config]);
    const kept = await askProcess(second, { method: "GET", path: "/api/calls?limit=10" });
    expect(kept?.body).toMatchObject({ data: [{ outcome: "ok" }, { outcome: "ok" }, { outcome: "ok" }] });
    expect(await stop(second)).toBe(0);
  });

  test("because its terminal was closed stops in good order too", { timeout: 120_000 }, async () => {
    const server = await start(["--no-demo"]);
    await breakOutput(server);
    expect(await stop(server, "SIGHUP")).toBe(0);
  });

  test("that writes for people stops in good order too", { timeout: 120_000 }, async () => {
    const demo = await start([]);
    await breakOutput(demo);
    expect(await stop(demo)).toBe(0);
  });
});
