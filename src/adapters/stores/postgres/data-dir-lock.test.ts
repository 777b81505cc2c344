import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { lockDataDir, noteAddress, requireFreeDataDir } from "./data-dir-lock.ts";

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rollward-lock-"));
  path = join(dir, "rollward.lock");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lock = () => lockDataDir(dir, () => {});

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
  readonly token: string;
  readonly url?: string;
}

const holder = (): Holder => JSON.parse(readFileSync(path, "utf8")) as Holder;

/** What the lock would say if this process, under other circumstances, had written it. */
function leaveLock(overrides: Partial<Holder>, ageMs = 0): void {
  rmSync(path, { force: true });
  const own = lock();
  const left = { ...holder(), token: "another", ...overrides };
  own.release();
  writeFileSync(path, JSON.stringify(left));
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
}

function refusal(): RollwardError {
  try {
    lock().release();
  } catch (error) {
    if (error instanceof RollwardError) return error;
  }
  throw new Error("The lock was given.");
}

const HOUR_MS = 3_600_000;

describe("lockDataDir", () => {
  it("makes the directory, holds it, and leaves nothing behind when it is released", () => {
    const inner = join(dir, "not", "yet");
    const held = lockDataDir(inner, () => {});
    expect(existsSync(join(inner, "rollward.lock"))).toBe(true);
    held.release();
    expect(existsSync(join(inner, "rollward.lock"))).toBe(false);
    lockDataDir(inner, () => {}).release();
  });

  it("refuses a directory that a living process has, and names both", () => {
    const held = lock();
    expect(refusal()).toMatchObject({ code: "data_dir_in_use", details: { dir, pid: process.pid } });
    held.release();
    lock().release();
  });

  it("names where its holder answers once that is known, and never the address of another machine", () => {
    const held = lock();
    noteAddress(dir, "http://127.0.0.1:4400");
    expect(refusal().message).toContain(`process ${process.pid}, which serves http://127.0.0.1:4400.`);
    held.release();
    expect(existsSync(path)).toBe(false);
    leaveLock({ host: "elsewhere", pid: 1, url: "http://127.0.0.1:4400" });
    expect(refusal().message).toContain("process 1.");
  });

  it("writes no address into a lock that is not this process's, and makes none", () => {
    noteAddress(dir, "http://127.0.0.1:4400");
    expect(existsSync(path)).toBe(false);
    leaveLock({ pid: process.pid + 1 });
    const before = readFileSync(path, "utf8");
    noteAddress(dir, "http://127.0.0.1:4400");
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("takes over from a process that is gone, at once", async () => {
    const child = spawn(process.execPath, ["-e", "0"]);
    await new Promise((resolve) => child.once("exit", resolve));
    leaveLock({ pid: child.pid ?? 0 });
    const held = lock();
    expect(holder().pid).toBe(process.pid);
    held.release();
  });

  it("judges a holder on another machine by its heartbeat alone", () => {
    leaveLock({ host: "elsewhere", pid: 1 });
    expect(refusal().code).toBe("data_dir_in_use");
    leaveLock({ host: "elsewhere", pid: 1 }, HOUR_MS);
    lock().release();
  });

  it("judges a holder whose start is unknown by its heartbeat", () => {
    leaveLock({ started: null });
    expect(refusal().code).toBe("data_dir_in_use");
    leaveLock({ started: null }, HOUR_MS);
    lock().release();
  });

  it("waits out a lock that is being written, and takes over one that was torn long ago", () => {
    writeFileSync(path, "");
    expect(refusal().code).toBe("data_dir_in_use");
    const then = new Date(Date.now() - HOUR_MS);
    utimesSync(path, then, then);
    lock().release();
  });

  it("tells a process that it has lost its directory, after which it beats no more", () => {
    vi.useFakeTimers();
    let losses = 0;
    const held = lockDataDir(dir, () => (losses += 1));
    vi.advanceTimersByTime(10_000);
    expect(losses).toBe(0);
    rmSync(path);
    vi.advanceTimersByTime(2_000);
    expect(losses).toBe(0);
    expect(holder().pid).toBe(process.pid);
    writeFileSync(path, JSON.stringify({ ...holder(), token: "another" }));
    vi.advanceTimersByTime(10_000);
    expect(losses).toBe(1);
    held.release();
    vi.useRealTimers();
  });

  it("leaves the lock of whoever took over alone", () => {
    const held = lock();
    writeFileSync(path, JSON.stringify({ ...holder(), token: "another" }));
    held.release();
    expect(holder().token).toBe("another");
  });
});

describe("requireFreeDataDir", () => {
  it("refuses what a living process has, and neither makes nor takes anything", () => {
    const inner = join(dir, "not", "yet");
    requireFreeDataDir(inner);
    expect(existsSync(inner)).toBe(false);
    requireFreeDataDir(dir);
    expect(existsSync(path)).toBe(false);
    const held = lock();
    const taken = { code: "data_dir_in_use", details: { dir, pid: process.pid, holder: process.pid } };
    expect(() => requireFreeDataDir(dir)).toThrow(expect.objectContaining(taken));
    held.release();
    leaveLock({ started: "1", host: "elsewhere" }, HOUR_MS);
    requireFreeDataDir(dir);
    expect(holder().token).toBe("another");
  });
});

// Elsewhere a silent holder is judged by its heartbeat, as above.
describe.runIf(existsSync("/proc/self/stat"))("lockDataDir, where the start of a process can be known", () => {
  it("refuses a directory whose holder lives and is merely silent", () => {
    leaveLock({}, HOUR_MS);
    expect(refusal().code).toBe("data_dir_in_use");
  });

  it("takes over when another process bears the holder's number now", () => {
    leaveLock({ started: "1" });
    const held = lock();
    expect(holder().token).not.toBe("another");
    held.release();
  });

  it("lets one at a time take over, also after one was killed while doing so", () => {
    leaveLock({ started: "1" });
    const guard = `${path}.takeover`;
    writeFileSync(guard, "1");
    expect(refusal().code).toBe("data_dir_in_use");
    const then = new Date(Date.now() - HOUR_MS);
    utimesSync(guard, then, then);
    lock().release();
    expect(existsSync(guard)).toBe(false);
  });
});
