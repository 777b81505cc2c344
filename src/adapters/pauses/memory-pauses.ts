import { subjectKey, subjectsOf } from "../../domain/access/pause.ts";
import type { Pause } from "../../domain/access/pause.ts";
import type { Pauses } from "../../ports/pauses.ts";

/** Pauses by their subject. */
export function createMemoryPauses(): Pauses {
  let bySubject: ReadonlyMap<string, Pause> = new Map();
  /** Models to go around, by endpoint: no calls are refused for them. */
  let around: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  let all: readonly Pause[] = [];
  return {
    get isEmpty() {
      return bySubject.size === 0;
    },
    about(call) {
      const subject = subjectsOf(call).find((one) => bySubject.has(one));
      return subject === undefined ? undefined : bySubject.get(subject);
    },
    around: (endpoint) => (around.size === 0 ? undefined : around.get(endpoint)),
    all: () => all,
    replace(pauses) {
      all = [...pauses];
      bySubject = new Map(
        pauses.filter(({ subject }) => subject.type !== "model").map((pause) => [subjectKey(pause.subject), pause]),
      );
      const models = new Map<string, Set<string>>();
      for (const { subject } of pauses) {
        if (subject.type !== "model") continue;
        const { endpoint, name } = subject;
        models.set(endpoint, (models.get(endpoint) ?? new Set()).add(name));
      }
      around = models;
    },
  };
}
