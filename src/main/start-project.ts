import { formatMistakes } from "../config/explain.ts";
import { readProject } from "../config/read-files.ts";
import type { ProjectStore } from "../ports/project-store.ts";
import { MAIN } from "./project-host.ts";
import type { ProjectHost } from "./project-host.ts";

/** A configuration that cannot be served; the message lists every mistake with its place. */
export class ProjectError extends Error {}

/** Serves the project at `config`, or what was applied last; nothing when there is neither. */
export async function startProject(
  host: ProjectHost,
  { projects, config }: { readonly projects: ProjectStore; readonly config: string | null },
): Promise<void> {
  if (config !== null) {
    const answer = await host.apply({ ...(await readProject(config)), dryRun: false }, { kind: "machine" });
    if (answer.mistakes.length > 0) throw new ProjectError(formatMistakes(answer.mistakes));
    return;
  }
  const last = await projects.latest();
  if (last === null) return;
  const { [MAIN]: main = "rollward.yaml", ...files } = last.files;
  const answer = await host.resume({ main, files: new Map(Object.entries(files)) });
  if (answer.mistakes.length > 0) throw new ProjectError(formatMistakes(answer.mistakes));
}
