import type { z } from "zod";
import { evictAnswer, purgeCache, showCache } from "../contract/cache.ts";
import { showResults } from "../contract/results.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { promptCache } from "./prompt-cache.ts";
import { describeResults } from "./results.ts";

/** `rollward cache show|prompt|evict|purge`. */
export const cache: AddCommand = (program, line) => {
  const group = program.command("cache").description("kept answers, and what providers keep");
  promptCache(group, line);
  group
    .command("show")
    .description("what the cache has done since the server started")
    .action(async () => {
      const answer = await ask(line.connection(), showCache);
      const results = await ask(line.connection(), showResults);
      if (line.json()) return line.say(JSON.stringify({ ...answer, results }));
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
      const meanings = describeMeanings(answer.semantic);
      if (meanings !== "") line.say(`\n${meanings}`);
      if (results.data.length > 0) line.say(`\n${describeResults(results)}`);
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

type Meanings = z.output<typeof showCache.answer>["semantic"];

/** Answers to questions that mean the same: how what is proven stands, and what came of the searches of this process. */
export function describeMeanings(semantic: Meanings): string {
  if (semantic === null || (semantic.groups.length === 0 && Object.keys(semantic.outcomes).length === 0)) return "";
  const groups = semantic.groups.map(({ release, shared, says }) => [release, shared, says]);
  const outcomes = Object.entries(semantic.outcomes).map(([endpoint, counts]) => [endpoint, told(counts)]);
  return [
    formatTable([["same meaning", "shared by", "state"], ...groups]),
    ...(outcomes.length === 0 ? [] : ["", formatTable([["endpoint", "searches since the start"], ...outcomes])]),
    ...Object.keys(semantic.outcomes).flatMap((endpoint) => hintsOf(semantic, endpoint)),
  ].join("\n");
}

/** From this share of all that was counted on late vectors are worth a word. */
const LATE_SHARE = 0.1;

/** What somebody should look at: audits that mostly prove nothing, and vectors that come too late. */
function hintsOf({ outcomes, troubles }: NonNullable<Meanings>, endpoint: string): readonly string[] {
  const { audit = 0, unjudged = 0, late = 0, ...others } = outcomes[endpoint] ?? {};
  const [most] = Object.entries(troubles[endpoint] ?? {}).toSorted(([, one], [, other]) => other - one);
  const sum = Object.values(others).reduce((all, one) => all + one, audit + late);
  return [
    ...(unjudged * 2 > audit && most !== undefined
      ? [`${endpoint}: ${unjudged} of ${audit} audits have no verdict and prove nothing, most often: ${most[0]}.`]
      : []),
    ...(late > 0 && late >= sum * LATE_SHARE
      ? [
          `${endpoint}: ${late} vectors came later than \`within\` of cache.semantic permits; a longer one waits for them.`,
        ]
      : []),
  ];
}

const told = (counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "none" : parts.join(", ");
};
