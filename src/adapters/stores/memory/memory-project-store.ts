import type { AppliedProject, ProjectStore } from "../../../ports/project-store.ts";

/** The projects applied last, in memory. */
export function createMemoryProjectStore(): ProjectStore {
  const newest = new Map<string, AppliedProject>();
  return {
    async save(project) {
      newest.delete(project.environment);
      newest.set(project.environment, project);
    },
    async latest(environment) {
      if (environment !== undefined) return newest.get(environment) ?? null;
      return [...newest.values()].findLast(({ isOwn }) => isOwn !== false) ?? null;
    },
    all: async () => [...newest.values()],
  };
}
