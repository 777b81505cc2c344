import { z } from "zod";
import { instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

const share = z.number().nullable();

/** A service level with what is left of its budget. */
export const sloView = z.object({
  slo: z.string(),
  description: z.string().nullable(),
  endpoint: z.string(),
  indicator: z.enum(["availability", "latency", "first-token", "quality", "spend"]),
  good_is: z.string().describe("what counts as good, in words"),
  objective: z.number().nullable().describe("share of good ones that is promised; null for spend"),
  period_seconds: z.number(),
  since: instant,
  as_of: instant.describe("when its numbers were read; they lag behind the calls by some seconds"),
  total: z.number().describe("calls, or judged answers, of the period"),
  bad: z.number(),
  achieved: share.describe("share of good ones; null without numbers"),
  budget_left: share.describe("1 is all of it, below 0 is overdrawn; null without numbers"),
  lasts_seconds: z
    .number()
    .nullable()
    .describe(
      "how long the rest of the budget lasts at the speed of the last hour; null where it does not burn faster than allowed, or is spent",
    ),
  burns: z.array(
    z.object({
      window: z.enum(["page-quick", "page-slow", "ticket-quick", "ticket-slow"]),
      severity: z.enum(["critical", "warning"]),
      factor: z.number().describe("told when both windows burn faster than this"),
      long_seconds: z.number(),
      short_seconds: z.number(),
      long_rate: share.describe("1 uses the budget up exactly at the end of the period"),
      short_rate: share,
      is_burning: z.boolean(),
    }),
  ),
  runbook: z.string().nullable(),
});

export const listSlos = defineRoute({
  method: "GET",
  path: "/api/slos",
  perEnvironment: true,
  summary: "Service levels with what is left of their budgets and how fast they burn",
  answer: z.object({ data: z.array(sloView) }),
});
