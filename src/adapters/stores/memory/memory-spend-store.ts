import { addSpend } from "../../../domain/spend/add-spend.ts";
import { modelCostPico } from "../../../domain/spend/spend.ts";
import type { SpendRow } from "../../../domain/spend/spend-book.ts";
import { unscoped } from "../../../domain/traffic/environment-scope.ts";
import type {
  CostQuery,
  CostSum,
  SpendDimension,
  SpendQuery,
  SpendStore,
  SpendSum,
} from "../../../ports/spend-store.ts";

/** Spend in memory, of at most `maxRows` rows; the oldest go first. */
export function createMemorySpendStore(maxRows: number): SpendStore {
  const kept = new Map<string, SpendRow>();
  return {
    async write(replicaId, rows) {
      for (const row of rows) {
        const key = JSON.stringify([replicaId, row.hour, row.endpoint, row.model, row.keyId, row.user]);
        kept.set(key, row);
      }
      for (const key of kept.keys()) if (kept.size > maxRows) kept.delete(key);
    },
    sum: async (query) => sumOf([...kept.values()], query),
    costs: async (query) => costsOf([...kept.values()], query),
    async expire(before) {
      for (const [key, { hour }] of kept) if (hour < before) kept.delete(key);
    },
  };
}

function sumOf(rows: readonly SpendRow[], query: SpendQuery): readonly SpendSum[] {
  const { since, until, by, endpoint, scope, keyId, user, limit } = query;
  const sums = new Map<string, SpendSum>();
  for (const row of rows) {
    if (row.hour < since || row.hour >= until) continue;
    if (endpoint !== undefined && row.endpoint !== endpoint) continue;
    if (scope !== undefined && unscoped(scope, row.endpoint) === null) continue;
    if (keyId !== undefined && row.keyId !== keyId) continue;
    if (user !== undefined && row.user !== user) continue;
    const group = groupOf(row, by);
    const key = JSON.stringify(group);
    const known = sums.get(key);
    sums.set(key, { ...group, spend: known === undefined ? row.spend : addSpend(known.spend, row.spend) });
  }
  const cost = ({ spend }: SpendSum): bigint => modelCostPico(spend);
  return [...sums.values()].toSorted((one, other) => (cost(one) > cost(other) ? -1 : 1)).slice(0, limit);
}

function costsOf(rows: readonly SpendRow[], { bounds, by, endpoints, keyIds, scope }: CostQuery): readonly CostSum[] {
  const sums = new Map<string, CostSum>();
  for (const row of rows) {
    const stretch = bounds.findLastIndex((bound) => bound <= row.hour);
    if (stretch < 0 || stretch === bounds.length - 1) continue;
    if (endpoints?.includes(row.endpoint) === false || keyIds?.includes(row.keyId) === false) continue;
    if (scope !== undefined && unscoped(scope, row.endpoint) === null) continue;
    const { endpoint, key } = groupOf(row, by);
    const name = JSON.stringify([stretch, endpoint, key]);
    const { costPico, oldest } = sums.get(name) ?? { costPico: 0n, oldest: row.hour };
    sums.set(name, {
      stretch,
      ...(endpoint !== undefined && { endpoint }),
      ...(key !== undefined && { key }),
      costPico: costPico + modelCostPico(row.spend),
      oldest: Math.min(oldest, row.hour),
    });
  }
  return [...sums.values()];
}

const groupOf = (
  { hour, endpoint, model, keyId, user }: SpendRow,
  by: readonly SpendDimension[],
): Omit<SpendSum, "spend"> => ({
  ...(by.includes("hour") && { hour }),
  ...(by.includes("endpoint") && { endpoint }),
  ...(by.includes("model") && { model }),
  ...(by.includes("key") && { key: keyId }),
  ...(by.includes("user") && { user }),
});
