import type { z } from "zod";
import { loadProject } from "../../config/load.ts";
import { projectChanges } from "../../config/project-changes.ts";
import type { ReadProject } from "../../config/project-changes.ts";
import type { applyAnswer } from "../../contract/projects.ts";
import { formatDiff } from "../../domain/release/diff.ts";
import type { AppliedProject } from "../../ports/project-store.ts";
import { filesOf } from "./project-files.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;

/** What applying does, or would do, to one endpoint. */
export type EndpointChange = ApplyAnswer["endpoints"][number];

/** What changes outside of releases, against what was applied last in the environment by whichever server. */
export function changeAround(latest: AppliedProject | null, after: ReadProject): NonNullable<ApplyAnswer["project"]> {
  const files = latest === null ? null : filesOf(latest);
  const before = files === null ? null : loadProject(files, after.project.environment);
  if (files === null || before?.ok !== true) return { outcome: "first", diff: "" };
  const changes = projectChanges({ files, project: before.project }, after);
  return { outcome: changes.length === 0 ? "unchanged" : "changed", diff: formatDiff(changes) };
}
