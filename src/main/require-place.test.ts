import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockDataDir } from "../adapters/stores/postgres/data-dir-lock.ts";
import { requirePlace } from "./require-place.ts";

const HOST = "127.0.0.1";

let dir: string;
let taken: Server;
let port: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "rollward-place-"));
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, HOST, resolve));
  ({ port } = taken.address() as AddressInfo);
});

afterEach(async () => {
  await new Promise((resolve) => taken.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

const place = (differs: Partial<Parameters<typeof requirePlace>[0]>) =>
  requirePlace({ databaseUrl: null, dataDir: join(dir, "data"), host: HOST, port: 0, ...differs });

describe("requirePlace", () => {
  it("is content with a free place, and takes nothing of it", async () => {
    await new Promise((resolve) => taken.close(resolve));
    await place({ port });
    await place({ port, host: "localhost" });
    await new Promise<void>((resolve) => taken.listen(port, HOST, resolve));
    expect(existsSync(join(dir, "data"))).toBe(false);
  });

  it("refuses a port that is taken before a data directory is made", async () => {
    await expect(place({ port })).rejects.toMatchObject({ code: "port_in_use", details: { host: HOST, port } });
    expect(existsSync(join(dir, "data"))).toBe(false);
  });

  it("names the data directory first where that and the port are taken, and none where it is not used", async () => {
    const held = lockDataDir(dir, () => {});
    await expect(place({ port, dataDir: dir })).rejects.toMatchObject({ code: "data_dir_in_use" });
    await place({ dataDir: dir, databaseUrl: "postgres://elsewhere" });
    held.release();
  });

  it.each([
    ["a name that nobody knows", "nosuch.invalid", /name/],
    // Of TEST-NET-1, which is nobody's (RFC 5737).
    ["an address of another machine", "192.0.2.1", /this machine/],
  ])("refuses %s in words", async (_, host, reason) => {
    const details: unknown = expect.objectContaining({ host, reason: expect.stringMatching(reason) });
    await expect(place({ host })).rejects.toMatchObject({ code: "cannot_listen", details });
  });
});
