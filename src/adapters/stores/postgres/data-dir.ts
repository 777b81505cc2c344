import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { RollwardError } from "../../../domain/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "nothing can be made there",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "its disk can only be read",
  ENOSPC: "its disk is full",
  ENOTDIR: "a part of its path is a file",
};

/**
 * Makes a data directory where there is none, for this user alone, and does something in it. Throws `data_dir_unusable` with
 * the reason in words where that fails.
 */
export function inDataDir<Done>(dir: string, act: () => Done): Done {
  try {
    makeDirectory(dir);
    return act();
  } catch (error) {
    if (error instanceof RollwardError || !(error instanceof Error)) throw error;
    const code = "code" in error ? String(error.code) : "";
    throw new RollwardError("data_dir_unusable", { dir, reason: REASONS[code] ?? error.message }, error);
  }
}

/** One by one: Node's own `recursive` tries for ever where a parent is there and takes no directory, as below /proc. */
function makeDirectory(dir: string): void {
  const missing: string[] = [];
  for (let at = resolve(dir); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const each of missing.toReversed()) makeOne(each);
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else made it meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
