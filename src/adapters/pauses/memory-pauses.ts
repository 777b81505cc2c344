import { subjectKey, subjectsOf } from "../../domain/access/pause.ts";
import type { Pause } from "../../domain/access/pause.ts";
import type { Pauses } from "../../ports/pauses.ts";

/** Pauses by their subject. */
export function createMemoryPauses(): Pauses {
  let bySubject: ReadonlyMap<string, Pause> = new Map();
  return {
    get isEmpty() {
      return bySubject.size === 0;
    },
    about(call) {
      const subject = subjectsOf(call).find((one) => bySubject.has(one));
      return subject === undefined ? undefined : bySubject.get(subject);
    },
    all: () => [...bySubject.values()],
    replace(pauses) {
      bySubject = new Map(pauses.map((pause) => [subjectKey(pause.subject), pause]));
    },
  };
}
