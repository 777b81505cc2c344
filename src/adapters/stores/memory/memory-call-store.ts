import type { CallBodies, CallRecord } from "../../../domain/call/call-record.ts";
import { meetsCriteria } from "../../../domain/call/call-criteria.ts";
import type { CallStore } from "../../../ports/call-store.ts";

const DAY_MS = 86_400_000;
const NO_BODIES: CallBodies = { request: null, upstream: null, answer: null };

/** A store whose calls can be looked through. */
export interface MemoryCallStore extends CallStore {
  all(): readonly CallRecord[];
}

/** The newest `capacity` calls in memory. */
export function createMemoryCallStore(capacity: number): MemoryCallStore {
  const calls = new Map<string, CallRecord>();
  return {
    all: () => [...calls.values()],
    async append(batch) {
      for (const call of batch) if (!calls.has(call.facts.id)) calls.set(call.facts.id, keep(call));
      for (const id of calls.keys()) {
        if (calls.size <= capacity) break;
        calls.delete(id);
      }
    },
    async list(filter) {
      const found = [...calls.values()].map(({ facts }) => facts).filter((facts) => meetsCriteria(facts, filter));
      return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, filter.limit);
    },
    facts: async (id) => calls.get(id)?.facts ?? null,
    bodies: async (id) => calls.get(id)?.bodies ?? null,
    async expire(now, retainFactsDays) {
      let expired = 0;
      for (const [id, { facts, bodies }] of calls) {
        if (isOlder(facts.at, now, retainFactsDays)) {
          calls.delete(id);
          expired += 1;
          continue;
        }
        if (bodies === NO_BODIES || facts.at + facts.retainBodiesDays * DAY_MS > now) continue;
        calls.set(id, { facts, bodies: NO_BODIES });
        expired += 1;
      }
      return expired;
    },
  };
}

/** By whole days, as where a day is dropped at once. */
const isOlder = (at: number, now: number, days: number): boolean =>
  Math.floor(at / DAY_MS) + days < Math.floor(now / DAY_MS);

/** A release may record facts only. */
const keep = (call: CallRecord): CallRecord =>
  call.facts.retainBodiesDays > 0 ? call : { facts: call.facts, bodies: NO_BODIES };
