import { z } from "zod";
import { instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** A number beside that of the period before; `null` is no data. */
const compared = z.object({ now: z.number().nullable(), before: z.number().nullable() });

/** What calls came to: shares from 0 to 1, times in ms, money in USD. */
const figures = z.object({
  calls: compared,
  availability: compared,
  first_token_p95_ms: compared,
  latency_p95_ms: compared,
  fallback_share: compared,
  cache_share: compared,
  cost_usd: compared,
  quality: compared,
  thumbs_up_share: compared,
  problems: compared,
});

const period = z.object({ kind: z.enum(["week", "month"]), name: z.string(), from: instant, to: instant });

/** A week or a month of an environment, beside the one before. */
export const reportView = z.object({
  environment: z.string(),
  period,
  before: period,
  partial: z.boolean().describe("whether it was not over when it was made"),
  title: z.string(),
  summary: z.string(),
  whole: figures,
  endpoints: z.array(z.object({ endpoint: z.string(), figures })),
  models: z.array(z.object({ model: z.string(), cost_usd: compared, calls: compared })),
  errors: z.array(z.object({ code: z.string(), words: z.string(), calls: z.number().int() })),
  rollouts: z.array(z.object({ candidate: z.string(), endpoint: z.string(), outcome: z.string(), ended_at: instant })),
  incidents: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      impact: z.string(),
      started_at: instant,
      lasted_seconds: z.number().nullable().describe("null while it lasts"),
    }),
  ),
  alerts: compared,
  budgets: z.array(
    z.object({
      budget: z.string(),
      subject: z.string(),
      limit_usd: z.number(),
      spent_usd: z.number(),
      ends_at: instant.nullable(),
    }),
  ),
});

export const showReport = defineRoute({
  method: "GET",
  path: "/api/reports",
  perEnvironment: true,
  summary: "A week or a month beside the one before: quality, cost, reliability, releases, incidents, budgets",
  query: z.strictObject({
    week: z
      .string()
      .regex(/^\d{4}-W\d{2}$/, "is no week: those look like 2026-W47")
      .optional(),
    month: z
      .string()
      .regex(/^\d{4}-\d{2}$/, "is no month: those look like 2026-11")
      .optional(),
    format: z.enum(["json", "md", "html"]).default("json").describe("`md` and `html` add the report as a document"),
  }),
  answer: z.object({
    report: reportView,
    document: z.string().nullable().describe("Markdown, or an HTML page that needs nothing else; null for json"),
  }),
});
