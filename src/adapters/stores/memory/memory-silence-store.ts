import type { Silence } from "../../../domain/alerts/silence.ts";
import type { SilenceStore } from "../../../ports/silence-store.ts";

/** Silences in memory; of more than `most` the oldest are forgotten. */
export function createMemorySilenceStore(most: number): SilenceStore {
  const silences = new Map<string, Silence>();
  const endOf = ({ endsAt, endedAt }: Silence): number => endedAt ?? endsAt;
  return {
    async add(silence) {
      silences.set(silence.id, silence);
      const [oldest] = silences.keys();
      if (silences.size > most && oldest !== undefined) silences.delete(oldest);
    },
    list: async ({ environment, notOverAt, limit }) =>
      [...silences.values()]
        .filter((one) => one.environment === (environment ?? one.environment) && endOf(one) > (notOverAt ?? -Infinity))
        .toReversed()
        .slice(0, limit),
    async end(id, environment, at) {
      const silence = silences.get(id);
      if (silence === undefined || silence.environment !== environment) return null;
      const ended = endOf(silence) <= at ? silence : { ...silence, endedAt: at };
      silences.set(id, ended);
      return ended;
    },
    async expire(before) {
      for (const [id, silence] of silences) if (endOf(silence) < before) silences.delete(id);
    },
  };
}
