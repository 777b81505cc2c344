import { evictAnswer, purgeCache, showCache } from "../contract/cache.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward cache show|evict|purge`. */
export const cache: AddCommand = (program, line) => {
  const group = program.command("cache").description("kept answers");
  group
    .command("show")
    .description("what the cache has done since the server started")
    .action(async () => {
      const answer = await ask(line.connection(), showCache);
      if (line.json()) return line.say(JSON.stringify(answer));
      const { hit, miss, stale, waited, poisoned, bypassed, kept, store } = answer;
      const rows = [
        ["hits", `${hit} (${waited} waited for an identical call)`],
        ["misses", String(miss)],
        ["stale", String(stale)],
        ["not asked", told(bypassed)],
        ["answers", told(kept)],
        ["evicted", String(store.evicted)],
        ["failed", `${store.failed} (poisoned entries: ${poisoned})`],
        ["bytes", store.bytes === null ? "known to Valkey" : String(store.bytes)],
      ];
      line.say(formatTable([["cache", answer.shared ? "shared by replicas" : "of this process"], ...rows]));
    });
  group
    .command("evict")
    .description("forgets the kept answer that a call was given or gave")
    .requiredOption("--call <id>", "the call, from the header x-rollward-call")
    .action(async ({ call }: { call: string }) => {
      const answer = await ask(line.connection(), evictAnswer, { params: { call }, written: { call: "--call" } });
      const said = answer.evicted ? "The answer is forgotten." : "No answer is kept for this call.";
      line.say(line.json() ? JSON.stringify(answer) : said);
    });
  group
    .command("purge <endpoint>")
    .description("forgets all kept answers of an endpoint")
    .action(async (endpoint: string) => {
      const answer = await ask(line.connection(), purgeCache, { params: { endpoint } });
      line.say(line.json() ? JSON.stringify(answer) : `${answer.purged} answers of ${endpoint} are forgotten.`);
    });
};

const told = (counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "none" : parts.join(", ");
};
