import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { lockDataDir } from "../../src/adapters/stores/postgres/data-dir-lock.ts";
import { readOptions } from "../../src/config/options.ts";
import { presentKey } from "../../src/domain/access/presented-key.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import { serve } from "../../src/main/serve.ts";
import { OpenSocket } from "../fixtures/open-socket.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { freePort, spawnServer } from "../fixtures/server-process.ts";

const YAML = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

let server: RunningServer | null = null;

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
    const { message, help } = new RollwardError("data_dir_in_use", { dir: dataDir, pid: process.pid });
    expect(second.output().replace("Preparing the database…\n", "")).toBe(`${message}\n${help}\n`);
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
