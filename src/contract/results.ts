import { z } from "zod";
import { endpointName, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

const count = z.number().int();
const counts = z.record(z.string(), count);

const toolName = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,64}$/,
    "is no name of a tool: those have letters, digits, dashes and underscores, at most 64",
  );

const sourceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "is no name of a retrieval: those have lower-case letters, digits, dots, dashes and underscores, at most 63",
  );

const releaseName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}@[1-9]\d{0,8}$/, "is no name of a release: those look like support-bot@7")
  .optional()
  .describe("The release that called the tool, from the header `x-rollward-release`; left out it is the stable one");

const maxAge = z
  .number()
  .int()
  .min(0)
  .optional()
  .describe("Milliseconds: a result that is older will not do; 0 runs in any case");

/** JSON of any kind: the strict scan of the body has made sure of that. */
const anything = z.unknown();

const asked = z.record(z.string(), anything);

/** What asks about a tool. */
const toolQuestion = {
  endpoint: z.string().min(1).max(100).describe("The endpoint whose model called the tool, as in `model`"),
  tool: toolName,
  arguments: asked.describe("As the model wrote them: an object, or the string that is its JSON"),
  release: releaseName,
};

/** What asks about passages. */
const passagesQuestion = {
  endpoint: z.string().min(1).max(100),
  source: sourceName.describe("A name under `retrieval` in rollward.yaml"),
  query: z.string().max(100_000),
  filters: asked.optional().describe("Everything else that the passages depend on"),
  index_version: z.string().min(1).max(200).describe("Another version is another question"),
};

const claim = z.string().max(300).nullable().describe("With a claim the result of the run is wanted");

const missed = z.object({
  status: z.literal("miss"),
  reason: z.enum(["absent", "age", "audit", "busy", "hopeless", "closed", "release", "unkeyable"]),
  claim,
});

const hit = {
  status: z.literal("hit"),
  entry: z.string().describe("Key of the entry, for forgetting it"),
  age_ms: z.number(),
};

export const lookUpToolResult = defineRoute({
  method: "POST",
  path: "/v1/tool-results/lookup",
  summary: "Looks for the result of a tool, or waits for an identical run that is under way",
  access: "inference",
  body: z.strictObject({ ...toolQuestion, max_age_ms: maxAge }),
  answer: z.union([z.object({ ...hit, result: anything }), missed]),
});

export const lookUpPassages = defineRoute({
  method: "POST",
  path: "/v1/passages/lookup",
  summary: "Looks for retrieved passages, or waits for an identical retrieval that is under way",
  access: "inference",
  body: z.strictObject({ ...passagesQuestion, max_age_ms: maxAge }),
  answer: z.union([z.object({ ...hit, passages: z.array(anything) }), missed]),
});

const finished = {
  claim: z.string().max(300).describe("From the lookup"),
  is_error: z.boolean().optional().describe("The run failed: nothing is kept, and the next one may try"),
};

const kept = z.object({
  kept: z.enum(["stored", "error", "unfinished", "lapsed", "too-large", "closed", "undeclared", "failed"]),
  audit: z.enum(["same", "differs"]).nullable(),
});

export const keepToolResult = defineRoute({
  method: "PUT",
  path: "/v1/tool-results",
  summary: "Brings the result of a run that a lookup gave the claim for",
  access: "inference",
  body: z.strictObject({ ...finished, result: anything.optional() }),
  answer: kept,
});

export const keepPassages = defineRoute({
  method: "PUT",
  path: "/v1/passages",
  summary: "Brings the passages of a retrieval that a lookup gave the claim for",
  access: "inference",
  body: z.strictObject({ ...finished, passages: z.array(anything).optional() }),
  answer: kept,
});

const forgotten = z.object({ forgotten: z.boolean() });

export const forgetToolResult = defineRoute({
  method: "POST",
  path: "/v1/tool-results/forget",
  summary: "Forgets the result of a tool that was kept for these arguments, because something has changed it",
  access: "inference",
  body: z.strictObject(toolQuestion),
  answer: forgotten,
});

export const forgetPassages = defineRoute({
  method: "POST",
  path: "/v1/passages/forget",
  summary: "Forgets the passages that were kept for this question",
  access: "inference",
  body: z.strictObject(passagesQuestion),
  answer: forgotten,
});

const sourceQuery = z.strictObject({ tool: toolName.optional(), source: sourceName.optional() });

/** One source for one endpoint, as it stands in this process. */
export const resultsView = z.object({
  endpoint: z.string(),
  kind: z.enum(["tool", "retrieval"]),
  name: z.string(),
  declared: z.boolean(),
  hit: count,
  waited: count,
  poisoned: count,
  missed: counts,
  kept: counts,
  audits: count,
  differed: count,
  /** Since when it gives nothing any more, and what showed that it should not. */
  closed: z.object({ at: instant, audits: count, differed: count }).nullable(),
});

export const showResults = defineRoute({
  method: "GET",
  path: "/api/tool-results",
  perEnvironment: true,
  summary:
    "What became of lookups of tool results and passages in this process, and which sources have closed themselves",
  answer: z.object({
    shared: z.boolean(),
    waiting: count,
    data: z.array(resultsView),
    store: z.object({ evicted: count, failed: count, bytes: count.nullable() }),
  }),
});

export const purgeResults = defineRoute({
  method: "DELETE",
  path: "/api/endpoints/{endpoint}/tool-results",
  perEnvironment: true,
  summary: "Forgets all kept results of a tool or of a retrieval, or of all that are declared",
  params: z.strictObject({ endpoint: endpointName }),
  query: sourceQuery,
  answer: z.object({ purged: count }),
});

export const evictResult = defineRoute({
  method: "DELETE",
  path: "/api/endpoints/{endpoint}/tool-results/{entry}",
  perEnvironment: true,
  summary: "Forgets one kept result",
  params: z.strictObject({
    endpoint: endpointName,
    entry: z.string().regex(/^[0-9a-f]{64}$/, "is no key of an entry: those have 64 hex digits"),
  }),
  query: sourceQuery,
  answer: z.object({ evicted: z.boolean() }),
});

export const openResults = defineRoute({
  method: "POST",
  path: "/api/endpoints/{endpoint}/tool-results/open",
  perEnvironment: true,
  summary: "Opens a source again that closed itself, and forgets what was held against it",
  params: z.strictObject({ endpoint: endpointName }),
  body: sourceQuery,
  answer: z.object({ opened: z.boolean() }),
});
