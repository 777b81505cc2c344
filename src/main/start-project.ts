import { formatMistakes } from "../config/explain.ts";
import { readProject } from "../config/read-files.ts";
import type { ProjectFiles } from "../config/project.ts";
import type { AppliedProject, ProjectStore } from "../ports/project-store.ts";
import { filesOf, MAIN } from "./project-host.ts";
import type { ProjectHost } from "./project-host.ts";

/** A configuration that cannot be served; the message lists every mistake with its place. */
export class ProjectError extends Error {}

/**
 * Serves the project at `config`, or what was applied last; nothing when there is neither. A configuration that has
 * not changed since it was applied opens no rollout: a restart must not bring back a release that was withdrawn.
 */
export async function startProject(
  host: ProjectHost,
  { projects, config }: { readonly projects: ProjectStore; readonly config: string | null },
): Promise<void> {
  if (config !== null) {
    const bundle = await readProject(config);
    const isKnown = isSame(bundle, await projects.latest());
    const answer = isKnown
      ? await host.resume(bundle)
      : await host.apply({ ...bundle, dryRun: false }, { kind: "machine" });
    if (answer.mistakes.length > 0) throw new ProjectError(formatMistakes(answer.mistakes));
    return;
  }
  const last = await projects.latest();
  if (last === null) return;
  const answer = await host.resume(filesOf(last));
  if (answer.mistakes.length > 0) throw new ProjectError(formatMistakes(answer.mistakes));
}

function isSame({ main, files }: ProjectFiles, last: AppliedProject | null): boolean {
  if (last === null) return false;
  const { [MAIN]: lastMain, ...lastFiles } = last.files;
  const names = Object.keys(lastFiles);
  return lastMain === main && names.length === files.size && names.every((name) => files.get(name) === lastFiles[name]);
}
