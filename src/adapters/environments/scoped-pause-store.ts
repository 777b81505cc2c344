import type { Pause, PauseSubject } from "../../domain/access/pause.ts";
import type { PauseStore } from "../../ports/pause-store.ts";

/** Pauses that are looked through for those of one environment. */
const MOST_PAUSES = 100_000;

/**
 * The pauses of one environment in a store that several share; `environment` is `null` for the server's own, whose
 * subjects name none. What is read here names no environment either: who reads it is in one.
 */
export function createScopedPauseStore(store: PauseStore, environment: string | null): PauseStore {
  const there = (subject: PauseSubject): PauseSubject => (environment === null ? subject : { ...subject, environment });
  const here = (pause: Pause): Pause => ({ ...pause, subject: withoutEnvironment(pause.subject) });
  return {
    open: async (pause) => here(await store.open({ ...pause, subject: there(pause.subject) })),
    async lift(id, lifted) {
      // Whoever obeys another environment's pauses would not hear of it.
      const own = await store.list({ inForce: false, environment, limit: MOST_PAUSES });
      if (!own.some((one) => one.id === id)) return null;
      const pause = await store.lift(id, lifted);
      return pause === null ? null : here(pause);
    },
    async list({ inForce, limit }) {
      return (await store.list({ inForce, environment, limit })).map(here);
    },
    async lastBy(rule, subjects) {
      return (await store.lastBy(rule, subjects.map(there))).map(here);
    },
  };
}

const withoutEnvironment = ({ environment: _environment, ...subject }: PauseSubject): PauseSubject => subject;
