import type { FlagKill } from "../../../domain/flags/flag-kill.ts";
import type { FlagCount } from "../../../domain/flags/flag-tally.ts";
import type { FlagName, FlagStore } from "../../../ports/flag-store.ts";

interface Defined {
  readonly digest: string;
  readonly since: number;
  readonly counts: Map<string, Omit<FlagCount, "flag">>;
}

/** What is known of flags, in memory. */
export function createMemoryFlagStore(): FlagStore {
  const kills = new Map<string, FlagKill>();
  const environments = new Map<string, Map<string, Defined>>();
  const isOf = (kill: FlagKill, { environment, flag }: FlagName): boolean =>
    kill.environment === environment && kill.flag === flag;
  const inForceOn = (name: FlagName): FlagKill | undefined =>
    [...kills.values()].find((kill) => kill.restored === null && isOf(kill, name));

  return {
    async kill(kill) {
      const inForce = inForceOn(kill);
      if (inForce !== undefined) return inForce;
      kills.set(kill.id, kill);
      return kill;
    },
    async restore(name, restored) {
      const kill = inForceOn(name);
      if (kill === undefined) return null;
      const after = { ...kill, restored };
      kills.set(kill.id, after);
      return after;
    },
    kills: async ({ inForce, limit, environment, flag }) =>
      [...kills.values()]
        .filter((kill) => (!inForce || kill.restored === null) && (flag === undefined || isOf(kill, flag)))
        .filter((kill) => environment === undefined || kill.environment === environment)
        .toReversed()
        .slice(0, limit),
    async define(environment, digests, at) {
      const before = environments.get(environment);
      const after = [...digests].map(([flag, digest]): [string, Defined] => {
        const known = before?.get(flag);
        return [
          flag,
          { digest, since: known?.digest === digest ? known.since : at, counts: known?.counts ?? new Map() },
        ];
      });
      environments.set(environment, new Map(after));
    },
    async add(environment, counts) {
      for (const { flag, ...count } of counts) {
        const known = environments.get(environment)?.get(flag)?.counts;
        const before = known?.get(count.variant);
        known?.set(count.variant, before === undefined ? count : merged(before, count));
      }
    },
    records: async (environment) =>
      [...(environments.get(environment) ?? [])]
        .map(([flag, { since, counts }]) => ({
          flag,
          since,
          counts: [...counts.values()].toSorted((a, b) => (a.variant < b.variant ? -1 : 1)),
        }))
        .toSorted((a, b) => (a.flag < b.flag ? -1 : 1)),
  };
}

type Count = Omit<FlagCount, "flag">;

const merged = (a: Count, b: Count): Count => ({
  variant: a.variant,
  evaluations: a.evaluations + b.evaluations,
  firstAt: Math.min(a.firstAt, b.firstAt),
  lastAt: Math.max(a.lastAt, b.lastAt),
});
