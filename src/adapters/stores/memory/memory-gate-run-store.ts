import type { GateRun, GateRunClaim, GateRunKey, GateRunStore } from "../../../ports/gate-run-store.ts";

interface Held {
  readonly run: GateRun;
  readonly holder: string;
  readonly until: number;
}

/** Runs of gates in memory. */
export function createMemoryGateRunStore(): GateRunStore {
  const runs = new Map<string, Held>();
  return {
    async claim(key, { holder, now, holdMs }) {
      const known = runs.get(nameOf(key));
      if (known !== undefined && (known.run.endedAt !== null || isHeldByOther(known, { holder, now }))) return null;
      const run = known === undefined ? begun(key, now) : { ...known.run, starts: known.run.starts + 1 };
      runs.set(nameOf(key), { run, holder, until: now + holdMs });
      return run;
    },
    async extend(key, { holder, now, holdMs }) {
      const known = runs.get(nameOf(key));
      if (known === undefined || known.holder !== holder || known.run.endedAt !== null) return false;
      runs.set(nameOf(key), { ...known, until: now + holdMs });
      return true;
    },
    async end(key, holder, { at, ...end }) {
      const known = runs.get(nameOf(key));
      if (known === undefined || known.holder !== holder || known.run.endedAt !== null) return;
      runs.set(nameOf(key), { ...known, run: { ...known.run, ...end, endedAt: at } });
    },
    of: async (rolloutId) => [...runs.values()].map(({ run }) => run).filter((run) => run.rolloutId === rolloutId),
    async expire(before) {
      for (const [name, { run }] of runs) if ((run.endedAt ?? Infinity) < before) runs.delete(name);
    },
  };
}

const nameOf = ({ rolloutId, gate, step, attempt }: GateRunKey): string => `${rolloutId} ${gate} ${step} ${attempt}`;

const isHeldByOther = ({ holder, until }: Held, claim: Pick<GateRunClaim, "holder" | "now">): boolean =>
  until > claim.now && holder !== claim.holder;

const begun = ({ rolloutId, gate, step, attempt }: GateRunKey, now: number): GateRun => ({
  rolloutId,
  gate,
  step,
  attempt,
  starts: 1,
  beganAt: now,
  endedAt: null,
  standing: null,
  detail: null,
  url: null,
  output: null,
});
