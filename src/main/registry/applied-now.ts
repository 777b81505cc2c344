import type { AppliedProject, ProjectStore } from "../../ports/project-store.ts";

/**
 * What was applied last in every environment; nothing while the database is in trouble: health must answer then more
 * than ever.
 */
export async function appliedNow(
  projects: Pick<ProjectStore, "all">,
  trouble: string | null,
): Promise<readonly AppliedProject[]> {
  if (trouble !== null) return [];
  try {
    return await projects.all();
  } catch {
    return [];
  }
}
