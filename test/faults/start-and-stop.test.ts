import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterEach, describe, expect, test, vi } from "vitest";
import { lockDataDir } from "../../src/adapters/stores/postgres/data-dir-lock.ts";
import { readOptions } from "../../src/config/options.ts";
import { presentKey } from "../../src/domain/access/presented-key.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { ErrorCode, ErrorDetails } from "../../src/domain/errors.ts";
import { serve } from "../../src/main/serve.ts";
import { OpenSocket } from "../fixtures/open-socket.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../fixtures/server-process.ts";

const YAML = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

let server: RunningServer | null = null;

/** What a start says of an error that ends it. */
function told(code: ErrorCode, details: ErrorDetails): string {
  const { message, help } = new RollwardError(code, details);
  return `${message}\n${help}\n`;
}

afterEach(async () => {
  await server?.stop();
  server = null;
});

describe("a server that stops", () => {
  test("finishes a request of the admin API whose body is still coming", async () => {
    server = await startServer({ "rollward.yaml": YAML });
    const body = JSON.stringify({ main: "rollward.yaml", files: { "rollward.yaml": YAML }, dry_run: true });
    const socket = await OpenSocket.to(server.url);
    const head = [
      "POST /api/apply HTTP/1.1",
      "host: 127.0.0.1",
      `authorization: Bearer ${ADMIN_KEY}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      "expect: 100-continue",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    // From here on the request is under way, and the server has all of its head.
    await socket.received("100 Continue");
    const stopped = server.stop();
    server = null;
    socket.write(body);
    await socket.received('"applied":false');
    expect(socket.text).toContain("HTTP/1.1 200");
    await stopped;
    await socket.closed;
  });

  test("waits for nobody who has not sent a whole head", async () => {
    server = await startServer({ "rollward.yaml": YAML });
    const socket = await OpenSocket.to(server.url);
    socket.write("GET /healthz HTTP/1.1\r\nhost: ");
    const stopped = server.stop();
    server = null;
    await Promise.all([stopped, socket.closed]);
    expect(socket.text).toBe("");
  });
});

describe("a server that cannot start", () => {
  test("says of a demo that runs already only that, without a trace of its log file", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "rollward-demo-"));
    const held = lockDataDir(dataDir, () => {});
    const second = spawnServer(await freePort(), ["--data-dir", dataDir]);
    expect(await second.exited).toBe(1);
    held.release();
    rmSync(dataDir, { recursive: true });
    expect(second.output()).toBe(told("data_dir_in_use", { dir: dataDir, holder: process.pid }));
  });

  test("names the address of the server that has its data directory", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "rollward-twice-"));
    const port = await freePort();
    const first = spawnServer(port, ["--no-demo", "--data-dir", dataDir]);
    await ready(first);
    // A start goes on for a moment after it is ready.
    await vi.waitFor(() => expect(first.output()).toContain("Rollward is up."), 30_000);
    const second = spawnServer(await freePort(), ["--data-dir", dataDir]);
    expect(await second.exited).toBe(1);
    const holder = `${first.process.pid}, which serves http://127.0.0.1:${port}`;
    expect(second.output()).toBe(told("data_dir_in_use", { dir: dataDir, holder }));
    first.process.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    rmSync(dataDir, { recursive: true });
  });

  const BELOW_A_FILE = fileURLToPath(import.meta.url);
  test.each([
    // Node's own making of directories tries for ever there.
    ...(process.platform === "linux" ? [["/proc/rollward/data", "nothing can be made there"] as const] : []),
    [join(BELOW_A_FILE, "data"), "a part of its path is a file"] as const,
  ])("says in words that nothing can be kept in %s", async (dataDir, reason) => {
    for (const more of [["--no-demo"], []]) {
      const refused = spawnServer(await freePort(), [...more, "--data-dir", dataDir]);
      expect(await refused.exited).toBe(1);
      expect(refused.output()).toBe(told("data_dir_unusable", { dir: dataDir, reason }));
    }
  });

  test("says in words that its host is no address of this machine", async () => {
    // Of TEST-NET-1, which is nobody's (RFC 5737).
    const place = { host: "192.0.2.1", port: await freePort() };
    const refused = spawnServer(place.port, ["--no-demo", "--host", place.host, "--data-dir", ":memory:"]);
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toBe(told("cannot_listen", { ...place, reason: "this machine has no such address" }));
  });

  test("says that its port is taken before it makes a data directory", async () => {
    const parent = mkdtempSync(join(tmpdir(), "rollward-port-"));
    const dataDir = join(parent, "data");
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const refused = spawnServer(port, ["--no-demo", "--data-dir", dataDir]);
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toBe(told("port_in_use", { host: "127.0.0.1", port }));
    expect(existsSync(dataDir)).toBe(false);
    holder.close();
    rmSync(parent, { recursive: true });
  });

  test.each([
    [
      "the variable of a key is not set",
      `${simulatedText(modelText("m-2026-01-01"))}  far: { kind: openai, key_env: KEY_OF_NOBODY, models: { gpt-4o-2024-08-06: {} } }\n`,
      /^(.*):\d+:33 {2}providers\.far\.key_env: the environment variable KEY_OF_NOBODY is not set\n {4}set KEY_OF_NOBODY where the server runs, or name another variable in `key_env`\n$/,
    ],
    ["a key is misspelled", "providors: {}\n", /^(.*):1:1 {2}[^]*providers/],
  ])("says where in the file, as it was named, %s, before it makes anything", async (_, text, words) => {
    const config = relative(process.cwd(), writeProject({ "rollward.yaml": `${text}endpoints: {}\n` }));
    const dataDir = join(dirname(config), "data");
    const refused = spawnServer(await freePort(), ["--config", config, "--data-dir", dataDir]);
    expect(await refused.exited).toBe(1);
    expect(words.exec(refused.output())?.[1]).toBe(config);
    expect(existsSync(dataDir)).toBe(false);
    rmSync(dirname(config), { recursive: true });
  });

  test("says that nothing is served where its database is away", async () => {
    const [port, away] = [await freePort(), await freePort()];
    const refused = spawnServer(port, ["--no-demo", "--database-url", `postgres://u:p@127.0.0.1:${away}/x`]);
    expect(await refused.exited).toBe(1);
    const reason = `connect ECONNREFUSED 127.0.0.1:${away}`;
    expect(refused.output().replace("Preparing the database…\n", "")).toBe(told("database_needed", { reason }));
  });

  test("lets go of its port when something fails after it has begun to listen", async () => {
    const port = await freePort();
    const mistyped = `${presentKey(`key_${"0".repeat(26)}`, "a".repeat(64)).slice(0, -1)}x`;
    const options = readOptions(["--no-demo", "--port", String(port), "--data-dir", ":memory:"], {
      ROLLWARD_ADMIN_KEY: mistyped,
    });
    await expect(serve(options, process.env, pino({ level: "silent" }))).rejects.toMatchObject({
      code: "key_mistyped",
    });
    const socket = connect({ host: "127.0.0.1", port });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });
});
