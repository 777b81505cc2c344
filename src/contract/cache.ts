import { z } from "zod";
import { endpointName, idOf, instant, pico } from "./fields.ts";
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
      usage: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])).nullable(),
      saved_pico: pico,
    })
    .nullable(),
  semantic: z
    .object({
      outcome: z.string().describe("docs/semantic-caching.md lists them"),
      similarity: z.number().nullable().describe("of the nearest question, 0 to 1"),
      score: z.number().nullable().describe("how probably its answer is right, as far as that is learnt"),
      audited: z.boolean(),
      verdict: z.enum(["right", "wrong"]).nullable(),
      trouble: z.string().nullable().describe("why an audit has no verdict"),
      call: z.string().nullable().describe("the call that made the answer of the nearest question"),
    })
    .optional()
    .describe("the search for a question that means the same; absent where there was none"),
});

/** What is proven for calls that share it. */
const groupView = z.object({
  endpoint: z.string(),
  release: z.string(),
  shared: z.string().describe("who shares answers: `key key_…`, `tenant …` or `endpoint`"),
  state: z.enum(["off", "collecting", "open", "closed"]),
  says: z.string().describe("the state in words"),
  audits: count,
  missing_audits: count.nullable(),
  tests: count,
  bound: z.number().nullable(),
  proven: z
    .object({
      threshold: z.number().describe("an answer is given to a score above it"),
      audits: count.describe("those that score more"),
      wrong: count,
      upper: z.number().describe("the most that can be wrong among answers given"),
      hit_share: z.number().describe("share of the audits that score more"),
      at: instant,
    })
    .nullable(),
  alarm: z.number().describe("way to an alarm, 0 to 1"),
  closed_by: z.object({ reason: z.string(), at: instant }).nullable(),
});

export const showCache = defineRoute({
  method: "GET",
  path: "/api/cache",
  perEnvironment: true,
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
    semantic: z
      .object({
        search: z.enum(["memory", "scan", "pgvector"]),
        poisoned: count,
        copied_bytes: count.describe("of partitions that this process has near to hand"),
        outcomes: z.record(z.string(), counts).describe("by endpoint: searches by outcome, verdicts of judges"),
        troubles: z.record(z.string(), counts).describe("by endpoint: why audits have no verdict"),
        groups: z.array(groupView),
      })
      .nullable()
      .describe("answers to questions that mean the same"),
  }),
});

export const evictAnswer = defineRoute({
  method: "DELETE",
  path: "/api/calls/{call}/cache",
  perEnvironment: true,
  summary:
    "Forgets the kept answer that a call was given or gave; the answer to another question is not given to this one again",
  params: z.strictObject({ call: idOf("call") }),
  answer: z.object({ evicted: z.boolean() }),
});

export const purgeCache = defineRoute({
  method: "DELETE",
  path: "/api/endpoints/{endpoint}/cache",
  perEnvironment: true,
  summary: "Forgets all kept answers of an endpoint",
  params: z.strictObject({ endpoint: endpointName }),
  answer: z.object({ purged: count }),
});
