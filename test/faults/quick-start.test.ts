import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { keepingCompiled, root } from "../../scripts/prepare.mjs";
import { modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";

const YAML = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

const CALL = {
  method: "POST",
  path: "/v1/chat/completions",
  body: { model: "bot", messages: [{ role: "user", content: "Hello" }] },
};

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "rollward-quick-"));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Starts a server that keeps what Node made of its modules in `kept`, makes a call and stops it; answers what it said. */
async function startAndCall(kept: string): Promise<string> {
  const config = writeProject({ "rollward.yaml": YAML }, folder());
  const args = ["--config", config, "--data-dir", ":memory:"];
  const server = spawnServer(await freePort(), args, { NODE_COMPILE_CACHE: kept });
  try {
    await ready(server);
    expect(await askProcess(server, CALL)).toMatchObject({ status: 200 });
  } finally {
    server.process.kill("SIGTERM");
    await server.exited;
  }
  return server.output();
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe("what Node made of the modules", () => {
  test("is kept beside the packages, unless somebody has chosen another folder", () => {
    expect(keepingCompiled({})).toEqual({ NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "rollward") });
    expect(keepingCompiled({ NODE_COMPILE_CACHE: "/elsewhere" })).toEqual({});
  });

  test("does no harm where it is damaged", { timeout: 240_000 }, async () => {
    const kept = folder();
    await startAndCall(kept);
    const files = filesIn(kept);
    expect(files.length).toBeGreaterThan(100);
    for (const [place, file] of files.entries()) writeFileSync(file, place % 2 === 0 ? "damaged" : "");
    expect(await startAndCall(kept)).not.toMatch(/warning|error/i);
  });

  test("does no harm where it cannot be kept", { timeout: 120_000 }, async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "in the way");
    expect(await startAndCall(join(file, "kept"))).not.toMatch(/warning|error/i);
  });
});

describe("the database that is opened while the program is read", () => {
  const RUNNER = new URL("../../src/main/run-from-command-line.ts", import.meta.url);

  test("is given back where the program cannot be read", { timeout: 120_000 }, async () => {
    const dataDir = folder();
    const script = join(folder(), "unreadable.mjs");
    writeFileSync(
      script,
      `import { runFromCommandLine } from ${JSON.stringify(RUNNER.href)};
await runFromCommandLine(() => Promise.reject(new Error("unreadable")));`,
    );
    const child = spawn(process.execPath, [script, "--no-demo", "--data-dir", dataDir], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(said).toContain("Rollward could not start.\nError: unreadable");
    expect(existsSync(join(dataDir, "rollward.lock"))).toBe(false);
  });
});

describe("whoever started the server", () => {
  test("hears that calls are answered once they are", { timeout: 120_000 }, async () => {
    const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
    const port = await freePort();
    const child = spawn(process.execPath, [main, "--no-demo", "--port", String(port), "--data-dir", ":memory:"], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const exited = once(child, "exit");
    expect(await once(child, "message")).toEqual(["ready", undefined]);
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(response.status).toBe(200);
    child.kill("SIGTERM");
    await exited;
  });
});
