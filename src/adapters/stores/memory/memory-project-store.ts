import type { AppliedProject, ProjectStore } from "../../../ports/project-store.ts";

/** The project applied last, in memory. */
export function createMemoryProjectStore(): ProjectStore {
  let latest: AppliedProject | null = null;
  return {
    async save(project) {
      latest = project;
    },
    latest: async () => latest,
  };
}
