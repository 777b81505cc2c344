import { z } from "zod";
import { endpointName, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

const estimate = z
  .object({ mean: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe("null while there is too little to estimate it from");

const verdict = z.enum(["beats", "does not beat", "not enough sessions"]);

/** What a routing is worth beside its controls. */
export const routingReportView = z.object({
  endpoint: z.string(),
  release: z.string().describe("the release whose sessions are looked at"),
  since: instant.nullable(),
  strategy: z.string(),
  explore: z.number().describe("share of sessions that are drawn by lot"),
  calls: z.number().int(),
  sessions: z.number().int(),
  explored: z.number().int().describe("sessions drawn by lot"),
  is_cut: z.boolean().describe("whether there were more calls than are looked at; the newest are"),
  confidence: z.number().describe("of every interval, at all looks together"),
  policies: z.array(
    z.object({
      policy: z.string(),
      sessions: z.number().int().nullable().describe("really served so; null for a control that is only estimated"),
      quality: estimate.describe("share of sessions whose answers were all good, had everybody been served so"),
      cost_usd: estimate.describe("of a session"),
      latency_ms: z.number().nullable().describe("mean of the sessions really served so"),
    }),
  ),
  comparisons: z.array(
    z.object({
      control: z.enum(["random", "length"]),
      gain: estimate.describe("quality of the routing less that of the control at the same cost"),
      dear_share: z.number().nullable().describe("share of sessions that the control sends to its dearer route"),
      verdict,
      needed: z.number().int().nullable().describe("about how many sessions a verdict takes"),
      words: z.string(),
    }),
  ),
  verdict,
  needed: z.number().int().nullable(),
  words: z.string(),
});

export const reportRouting = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/routing-report",
  perEnvironment: true,
  summary: "Whether the routing of a release beats random and length-only controls at the same cost",
  params: z.strictObject({ endpoint: endpointName }),
  query: z.strictObject({
    release: z.coerce.number().int().min(1).optional().describe("number of the release; the stable one if absent"),
    since: instant.optional(),
    key: z.string().max(100).optional().describe("id of an API key; the sessions of all keys if absent"),
  }),
  answer: routingReportView,
});
