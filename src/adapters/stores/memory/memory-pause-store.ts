import { subjectKey } from "../../../domain/access/pause.ts";
import type { Pause } from "../../../domain/access/pause.ts";
import type { PauseStore } from "../../../ports/pause-store.ts";

/** Pauses in memory. */
export function createMemoryPauseStore(): PauseStore {
  const pauses = new Map<string, Pause>();
  return {
    async open(pause) {
      const subject = subjectKey(pause.subject);
      const inForce = [...pauses.values()].find((one) => one.lifted === null && subjectKey(one.subject) === subject);
      if (inForce !== undefined && pause.lifted === null) return inForce;
      const known = pauses.get(pause.id);
      pauses.set(pause.id, known ?? pause);
      return known ?? pause;
    },
    async lift(id, lifted) {
      const pause = pauses.get(id);
      if (pause === undefined) return null;
      const after = { ...pause, lifted: pause.lifted ?? lifted };
      pauses.set(id, after);
      return after;
    },
    list: async ({ inForce, environment, limit }) =>
      [...pauses.values()]
        .filter(({ lifted }) => !inForce || lifted === null)
        .filter(({ subject }) => environment === undefined || (subject.environment ?? null) === environment)
        .toReversed()
        .slice(0, limit),
    async lastBy(rule, subjects) {
      const wanted = new Set(subjects.map(subjectKey));
      const own = [...pauses.values()].filter((one) => one.rule?.name === rule && wanted.has(subjectKey(one.subject)));
      return [...new Map(own.map((one) => [subjectKey(one.subject), one])).values()];
    },
  };
}
