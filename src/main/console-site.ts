import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { sha256Hex } from "../kit/hash.ts";
import type { ConsoleSite, SiteFile, SiteStanding } from "../http/console/serve-site.ts";

/** Where a built console may stand: beside the built program, and in a clone. */
const FOLDERS = [join(import.meta.dirname, "../console"), join(import.meta.dirname, "../../console/dist")];

/** How often it is looked whether another build stands there, ms: while one is being made somebody waits for it. */
const LOOK_MS = 500;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
};

interface Current {
  readonly hash: string;
  readonly folder: string;
}

/**
 * The built console in memory, read again when another build takes its place. `standing` is what whoever started the
 * server knows of it: `stale` means that a build is under way.
 */
export function openConsoleSite(standing: string | undefined, elapsed: () => number): ConsoleSite {
  let loaded: { readonly hash: string; readonly files: ReadonlyMap<string, SiteFile> } | null = null;
  /** The build before: a page that is open in a browser still asks for parts of it. */
  let before: ReadonlyMap<string, SiteFile> | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    lookedAt = elapsed();
    for (const folder of FOLDERS) {
      const current = await readCurrent(folder);
      if (current === null) continue;
      if (current.hash === loaded?.hash) return;
      const files = await readFiles(join(folder, current.folder));
      before = loaded?.files ?? null;
      loaded = { hash: current.hash, files };
      return;
    }
  };
  return {
    async file(path) {
      if (elapsed() - lookedAt > LOOK_MS) await (looking ??= look().finally(() => (looking = null)));
      return loaded?.files.get(path) ?? before?.get(path) ?? null;
    },
    standing: async () => (loaded === null ? missing(standing) : "ready"),
  };
}

async function missing(standing: string | undefined): Promise<SiteStanding> {
  if (standing !== "stale") return "absent";
  const failures = await Promise.all(FOLDERS.map((folder) => readFile(join(folder, "failed.txt")).catch(() => null)));
  return failures.some((failure) => failure !== null) ? "failed" : "building";
}

async function readCurrent(folder: string): Promise<Current | null> {
  try {
    return JSON.parse(await readFile(join(folder, "current.json"), "utf8")) as Current;
  } catch {
    return null;
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, SiteFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const bytes = new Map<string, Buffer>();
  for (const file of files) bytes.set(file.slice(folder.length).replaceAll("\\", "/"), await readFile(file));
  const plain = [...bytes].filter(([path]) => TYPES[extname(path)] !== undefined);
  return new Map(
    plain.map(([path, body]) => [
      path,
      {
        type: TYPES[extname(path)] ?? "",
        etag: `"${sha256Hex(body).slice(0, 24)}"`,
        // The names of these carry a hash of what is in them.
        isImmutable: path.startsWith("/assets/"),
        body,
        brotli: bytes.get(`${path}.br`) ?? null,
        gzip: bytes.get(`${path}.gz`) ?? null,
      },
    ]),
  );
}
