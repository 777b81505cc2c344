import type { ProjectFiles } from "../../config/project.ts";
import type { AppliedProject } from "../../ports/project-store.ts";

/** Key under which the path of the main file is kept among the stored files. */
const MAIN = "";

/** The files of a project as they are stored. */
export const storedFiles = ({ main, files }: ProjectFiles): AppliedProject["files"] => ({
  ...Object.fromEntries(files),
  [MAIN]: main,
});

/** An applied project as the files that it was read from. */
export function filesOf({ files: { [MAIN]: main = "rollward.yaml", ...files } }: AppliedProject): ProjectFiles {
  return { main, files: new Map(Object.entries(files)) };
}

/** Whether a project is what was applied, file by file. */
export function isSameProject({ main, files }: ProjectFiles, last: AppliedProject | null): boolean {
  if (last === null) return false;
  const { [MAIN]: lastMain, ...lastFiles } = last.files;
  const names = Object.keys(lastFiles);
  return lastMain === main && names.length === files.size && names.every((name) => files.get(name) === lastFiles[name]);
}
