import { dirname } from "node:path";
import { formatMistakes } from "../config/explain.ts";
import { loadProject } from "../config/load.ts";
import type { Mistake, ProjectFiles } from "../config/project.ts";
import { readProject } from "../config/read-files.ts";
import { keyMistakes } from "./key-mistakes.ts";
import { ProjectError } from "./project-error.ts";

/** Where a configuration is, and what it is to be served with. */
export interface ConfigurationTerms {
  /** Path of rollward.yaml, as it was given. */
  readonly config: string;
  /** The environment to serve it in; `null` is the one that the file names as its own. */
  readonly environment: string | null;
  /** Of the process, which hold the keys of providers. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Reads a configuration. Throws `ProjectError`, with paths as they were given, for one that cannot be served. */
export async function readConfiguration({ config, environment, variables }: ConfigurationTerms): Promise<ProjectFiles> {
  const bundle = await readProject(config);
  const loaded = loadProject(bundle, environment ?? undefined);
  const mistakes = loaded.ok ? await keyMistakes(bundle, environment, variables) : loaded.mistakes;
  if (mistakes.length > 0)
    throw new ProjectError(formatMistakes(mistakes.map((one) => givenPlace(one, config, bundle))));
  return bundle;
}

const givenPlace = (one: Mistake, config: string, { main }: ProjectFiles): Mistake => {
  if (one.file === main) return { ...one, file: config };
  const directory = dirname(config);
  return directory === "." ? one : { ...one, file: `${directory.replace(/\/$/, "")}/${one.file}` };
};
