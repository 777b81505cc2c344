import { z } from "zod";
import { endpointName, idOf, pico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const count = z.number().int();
const counts = z.record(z.string(), count);

/** What a recorded call had to do with the cache. */
export const cacheView = z.object({
  status: z.enum(["hit", "miss", "stale", "bypass"]),
  key: z.string().nullable(),
  bypassed: z.string().nullable(),
  kept: z.string().nullable(),
  waited_ms: z.number(),
  source: z
    .object({
      call: z.string(),
      age_ms: z.number(),
      usage: z.record(z.string(), z.union([z.number(), z.boolean()])).nullable(),
      saved_pico: pico,
    })
    .nullable(),
});

export const showCache = defineRoute({
  method: "GET",
  path: "/api/cache",
  summary: "What the cache of this process has done since it started, by outcome and by reason",
  answer: z.object({
    shared: z.boolean(),
    hit: count,
    miss: count,
    stale: count,
    waited: count,
    poisoned: count,
    bypassed: counts,
    kept: counts,
    under_way: count,
    store: z.object({
      found: count,
      absent: count,
      stored: count,
      evicted: count,
      failed: count,
      bytes: count.nullable(),
    }),
  }),
});

export const evictAnswer = defineRoute({
  method: "DELETE",
  path: "/api/calls/{call}/cache",
  summary: "Forgets the kept answer that a call was given or gave",
  params: z.strictObject({ call: idOf("call") }),
  answer: z.object({ evicted: z.boolean() }),
});

export const purgeCache = defineRoute({
  method: "DELETE",
  path: "/api/endpoints/{endpoint}/cache",
  summary: "Forgets all kept answers of an endpoint",
  params: z.strictObject({ endpoint: endpointName }),
  answer: z.object({ purged: count }),
});
