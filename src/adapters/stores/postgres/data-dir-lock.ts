import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RollwardError } from "../../../domain/errors.ts";
import { inDataDir } from "./data-dir.ts";

const FILE = "rollward.lock";
const HEARTBEAT_MS = 2_000;
/** Ten heartbeats: long enough for a process that is merely slow. */
const STALE_MS = 20_000;

/** What the lock file says of its holder. */
interface Holder {
  readonly pid: number;
  /** Machine and its current boot: process ids mean nothing elsewhere. */
  readonly host: string;
  /** When the process was started, in the machine's own count; `null` where it cannot be known. */
  readonly started: string | null;
  /** Unique to this taking of the lock. */
  readonly token: string;
  /** Where it answers; absent until it does. */
  readonly url?: string;
}

/** A held data directory. */
export interface DataDirLock {
  /** Gives the directory back. */
  release(): void;
}

/**
 * Takes a data directory for this process: two embedded databases on one directory would destroy it. Throws
 * `data_dir_in_use` at once when another process has it, and `data_dir_unusable` where files cannot be made in it. A lock is taken over when its holder is gone, also
 * when another process bears its number now, and when its holder cannot be looked at (another machine or
 * container) and has been silent for `STALE_MS`. `onLost` is told when somebody took the directory over
 * nevertheless, after this process had been frozen: it must not touch the data again.
 */
export function lockDataDir(dir: string, onLost: () => void): DataDirLock {
  const path = join(dir, FILE);
  const self: Holder = { pid: process.pid, host: hostName(), started: startOf(process.pid), token: randomUUID() };
  inDataDir(dir, () => acquire(path, self, dir));
  const timer = setInterval(() => {
    if (beat(path, self)) return;
    clearInterval(timer);
    onLost();
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      if (read(path)?.token === self.token) rmSync(path, { force: true });
    },
  };
}

/** Throws `data_dir_in_use` where another process has a data directory. It makes nothing and takes nothing. */
export function requireFreeDataDir(dir: string): void {
  const path = join(dir, FILE);
  const found = read(path);
  if (found !== null && isHeld(path, found)) throw inUse(dir, found);
}

/**
 * Writes into the lock of a data directory that this process holds where it answers, for whoever starts a second one. Never
 * throws: without it the second is told less, and nothing else is missing.
 */
export function noteAddress(dir: string, url: string): void {
  const path = join(dir, FILE);
  try {
    const found = read(path);
    if (found === null || found.pid !== process.pid || found.host !== hostName()) return;
    replace(path, { ...found, url });
  } catch {
    // A disk that cannot be written now.
  }
}

/** An address of another machine or container may lead to another program here. */
function inUse(dir: string, holder: Holder | null): RollwardError {
  const { pid = null, host, url } = holder ?? {};
  const known = host === hostName() && typeof url === "string" ? `${pid}, which serves ${url}` : pid;
  return new RollwardError("data_dir_in_use", { dir, pid, holder: known });
}

function acquire(path: string, self: Holder, dir: string): void {
  // More than one turn only when the lock changes hands under our eyes.
  for (let turn = 0; turn < 5; turn += 1) {
    if (createExclusively(path, JSON.stringify(self))) return;
    const found = read(path);
    if (found === null) {
      if (isFresh(path)) break;
    } else if (isHeld(path, found)) break;
    if (takeOver(path, found, self)) return;
  }
  throw inUse(dir, read(path));
}

/** Replaces a dead lock; only the process that could create the guard may, so two never both succeed. */
function takeOver(path: string, found: Holder | null, self: Holder): boolean {
  const guard = `${path}.takeover`;
  if (!createExclusively(guard, String(self.pid))) {
    // Taking over lasts a millisecond; an old guard belongs to a process that was killed in it.
    if (!isFresh(guard)) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (read(path)?.token !== found?.token) return false;
    replace(path, self);
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}

/** At once: nobody ever reads half of it. */
function replace(path: string, holder: Holder): void {
  const next = `${path}.${holder.token}`;
  writeFileSync(next, JSON.stringify(holder), { mode: 0o600 });
  renameSync(next, path);
}

/** Whether the holder lives. */
function isHeld(path: string, holder: Holder): boolean {
  if (holder.host !== hostName()) return isFresh(path);
  if (!isAlive(holder.pid)) return false;
  const started = startOf(holder.pid);
  if (started === null || holder.started === null) return isFresh(path);
  // The same process, however long its heart has stood still: it may go on and write at any moment.
  return started === holder.started;
}

function beat(path: string, self: Holder): boolean {
  try {
    const found = read(path);
    if (found === null) return createExclusively(path, JSON.stringify(self));
    if (found.token !== self.token) return false;
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // A disk that cannot be written now; the next beat tries again.
  }
  return true;
}

function createExclusively(path: string, text: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    writeFileSync(file, text);
    closeSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** `null` when there is no lock, or none that can be read. */
function read(path: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as Holder;
    return typeof holder.pid === "number" && typeof holder.token === "string" ? holder : null;
  } catch {
    return null;
  }
}

function isFresh(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs < STALE_MS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

const readText = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

const hostName = (): string => `${hostname()} ${readText("/proc/sys/kernel/random/boot_id")?.trim() ?? ""}`.trim();

/** Start of a process in clock ticks since boot: field 22 of proc(5) stat, counted behind the name, which may hold spaces. */
function startOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}
