import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { z } from "zod";
import { applyProject } from "../contract/projects.ts";
import type { applyAnswer, projectFiles } from "../contract/projects.ts";
import type { originInput } from "../contract/origins.ts";
import type { ApiRoute } from "../contract/route.ts";
import { ask, CliError } from "./ask.ts";
import type { Connection } from "./ask.ts";

/** Rounds in which the server may ask for files: rollward.yaml names them all, so two are enough. */
const MAX_ROUNDS = 4;

/** A project to apply, or to say what that would do. */
export interface ProjectToSend {
  readonly path: string;
  readonly dryRun: boolean;
  /** Whether releases are begun again that are held back: all, or those of some endpoints. Absent is none. */
  readonly again?: boolean | readonly string[];
  /** Where it comes from; absent where nobody says. */
  readonly origin?: z.input<typeof originInput>;
}

/** Sends a project to the server, adding the files that it asks for. */
export const sendProject = (
  connection: Connection,
  { path, dryRun, origin, again }: ProjectToSend,
): Promise<z.output<typeof applyAnswer>> =>
  sendFiles(connection, path, {
    route: applyProject,
    bodyOf: (files) => ({
      ...files,
      dry_run: dryRun,
      ...(origin !== undefined && { origin }),
      // A server of before this option takes no body that has it.
      ...(again !== undefined && again !== false && { again }),
    }),
  });

/** An address that takes the files of a project and says which ones it misses. */
type FilesRoute = ApiRoute & { readonly answer: z.ZodType<{ readonly missing: readonly string[] }> };

/** Where files go, and what goes with them. */
export interface FilesDestination<R extends FilesRoute> {
  readonly route: R;
  readonly bodyOf: (files: z.input<typeof projectFiles>) => unknown;
}

/** Sends the files of a project to an address, adding those that it misses. */
export async function sendFiles<R extends FilesRoute>(
  connection: Connection,
  path: string,
  { route, bodyOf }: FilesDestination<R>,
): Promise<z.output<R["answer"]>> {
  const directory = dirname(resolve(path));
  const main = basename(path);
  const text = await read(directory, main);
  if (text === null) throw await unreadable(path);
  const files: Record<string, string> = { [main]: text };
  const refused = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const answer = await ask(connection, route, { body: bodyOf({ main, files }) });
    const wanted = answer.missing.filter((name) => !(name in files) && !refused.has(name));
    // What cannot be read here is a mistake that the server tells with its place.
    if (wanted.length === 0) return answer;
    for (const name of wanted) {
      const referred = await read(directory, name);
      if (referred === null) refused.add(name);
      else files[name] = referred;
    }
  }
  throw new CliError("The server keeps asking for more files.", "Check the paths in rollward.yaml.");
}

/** Why there is no project at a path, and where there may be one. */
async function unreadable(path: string): Promise<CliError> {
  const at = resolve(path);
  if (!(await isDirectory(at))) {
    return new CliError(`The file ${at} cannot be read.`, "Check the path and its permissions.");
  }
  const inside = join(path, "rollward.yaml");
  const isThere = (await read(at, "rollward.yaml")) !== null;
  return new CliError(
    `${at} is a directory.`,
    isThere
      ? `Name the project's main file in it: ${inside}`
      : "Name the project's main file; there is no rollward.yaml in it.",
  );
}

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

/** A file of the project; `null` when it cannot be read. The server names the files, so it must not reach beyond it. */
async function read(directory: string, name: string): Promise<string | null> {
  const path = resolve(directory, name);
  try {
    const inside = relative(await realpath(directory), await realpath(path));
    if (!inside.startsWith("..") && !isAbsolute(inside)) return await readFile(path, "utf8");
  } catch {
    return null;
  }
  throw new CliError(`${name} lies outside the project ${directory}.`, "Move it into the project.");
}
