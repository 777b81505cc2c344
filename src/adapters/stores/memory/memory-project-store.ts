import type { AppliedProject, ProjectStore } from "../../../ports/project-store.ts";

/** Applications kept of an environment. */
const HISTORY = 50;

/** The projects applied last, in memory. */
export function createMemoryProjectStore(): ProjectStore {
  const newest = new Map<string, AppliedProject>();
  const histories = new Map<string, readonly AppliedProject[]>();
  return {
    async save(project) {
      histories.set(project.environment, [project, ...(histories.get(project.environment) ?? [])].slice(0, HISTORY));
      newest.delete(project.environment);
      newest.set(project.environment, project);
    },
    async latest(environment) {
      if (environment !== undefined) return newest.get(environment) ?? null;
      return [...newest.values()].findLast(({ isOwn }) => isOwn !== false) ?? null;
    },
    all: async () => [...newest.values()],
    async history(environment, since, limit) {
      const known = histories.get(environment) ?? [];
      const before = known.findIndex(({ appliedAt }) => appliedAt < since);
      return known.slice(0, before === -1 ? limit : Math.min(limit, before + 1));
    },
  };
}
