import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadProject } from "./load.ts";
import type { ProjectFiles } from "./project.ts";

/** Reads rollward.yaml and exactly the files that it refers to. */
export async function readProject(path: string): Promise<ProjectFiles> {
  const main = basename(path);
  const files = new Map<string, string>([[main, await readFile(path, "utf8")]]);
  const unreadable = new Map<string, string>();
  const loaded = loadProject({ main, files });
  for (const name of loaded.ok ? [] : loaded.missing) {
    try {
      files.set(name, await readFile(join(dirname(path), name), "utf8"));
    } catch (error) {
      unreadable.set(name, error instanceof Error && "code" in error ? String(error.code) : "unreadable");
    }
  }
  return { main, files, unreadable };
}
