import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { MAX_FILE_LENGTH } from "./content/file-text.ts";
import { loadProject } from "./load.ts";
import type { ProjectFiles } from "./project.ts";

// rollward.yaml names every file, so the second round finds nothing new.
const MAX_ROUNDS = 4;

// A UTF-16 unit takes at most three bytes in UTF-8; the loader counts units.
const MAX_BYTES = 3 * MAX_FILE_LENGTH;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "it is a directory",
  ELOOP: "its links lead in a circle",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not text in UTF-8",
};

/** A reason that a file cannot be read, as a sentence. */
class Unreadable extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return REASONS[code] ?? `error ${code}`;
}

/** Reads a regular file of bounded size as UTF-8. */
async function readText(real: string): Promise<string> {
  // Without O_NONBLOCK opening a pipe would wait for a writer.
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new Unreadable("it is a directory");
    if (!stats.isFile()) throw new Unreadable("it is not a regular file");
    if (stats.size > MAX_BYTES) throw new Unreadable(`it has more than ${MAX_BYTES} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/** Reads a file that lies in the directory also after following links; fails when it does not or is no text. */
export async function readFileInside(directory: string, name: string): Promise<string> {
  const root = await realpath(directory);
  const real = await realpath(join(root, name));
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) throw new Unreadable("a link leads out of the project");
  return readText(real);
}

/** A reason with the file that was perhaps meant: one may have named the directory of a project. */
async function withWhatLiesIn(path: string, reason: string): Promise<string> {
  const inside = join(path, "rollward.yaml");
  if (reason !== REASONS["EISDIR"]) return reason;
  const isThere = await stat(inside).then(
    (found) => found.isFile(),
    () => false,
  );
  return isThere ? `${reason}; name the file in it: ${inside}` : `${reason} without a rollward.yaml`;
}

/**
 * Reads rollward.yaml at `path` and exactly the files it refers to. Never fails: what cannot be read is in
 * `unreadable` with the reason, and `loadProject` turns it into a mistake at the place that names the file.
 */
export async function readProject(path: string): Promise<ProjectFiles> {
  const main = basename(path);
  const files = new Map<string, string>();
  const unreadable = new Map<string, string>();
  const bundle: ProjectFiles = { main, files, unreadable };
  let wanted: readonly string[] = [main];
  for (let round = 0; round < MAX_ROUNDS && wanted.length > 0; round++) {
    for (const name of wanted) {
      try {
        // The operator names rollward.yaml itself; only what it refers to is confined to its directory.
        files.set(name, name === main ? await readText(path) : await readFileInside(dirname(path), name));
      } catch (error) {
        const reason = reasonOf(error);
        unreadable.set(name, name === main ? await withWhatLiesIn(path, reason) : reason);
      }
    }
    const loaded = loadProject(bundle);
    wanted = loaded.ok ? [] : loaded.missing.filter((name) => !unreadable.has(name));
  }
  return bundle;
}
