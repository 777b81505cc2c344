import { z } from "zod";
import { endpointName } from "./fields.ts";
import { defineRoute } from "./route.ts";

const count = z.number().int();
const spread = z.object({ median: z.number(), worst: z.number() });

/** What a drill found. */
export const drillView = z.object({
  endpoint: z.string(),
  harm: z.string().describe("as it was asked for, e.g. errors:10%"),
  traffic: z.object({
    sessions_per_hour: z.number(),
    source: z.enum(["recorded", "typical"]).describe("typical: fewer than 50 sessions are recorded"),
    recorded: count.describe("recorded sessions that were drawn from"),
  }),
  runs: count,
  ends: z.object({ rolled_back: count, held: count, promoted: count, other: count, undecided: count }),
  found_by: z.record(z.string(), count).describe("rehearsals by the metric that found the harm"),
  found: z
    .object({ after_seconds: spread, sessions: spread, candidate_sessions: spread })
    .nullable()
    .describe("over the rehearsals in which harm was found, in rehearsed time"),
  most_sessions: count.describe("a rehearsal that has come to nothing after as many ends"),
  withdrawal: z
    .object({ stopped_here_ms: z.number(), everywhere_ms: z.number(), servers: count, rollout: z.string() })
    .describe("a real withdrawal on the live servers, on a channel that nobody can call"),
});

export const runDrill = defineRoute({
  method: "POST",
  path: "/api/endpoints/{endpoint}/drill",
  summary: "Rehearses the rollback of a harmful candidate by the endpoint's own plan; no session of a user is touched",
  perEnvironment: true,
  params: z.strictObject({ endpoint: endpointName }),
  body: z.strictObject({
    harm: z
      .string()
      .max(60)
      .default("errors:10%")
      .describe("errors, refusals, invalid-output, abandoned: a share; latency, cost: how many times"),
    runs: z.number().int().min(1).max(100).default(20),
    sessions_per_hour: z.number().positive().max(10_000_000).optional(),
  }),
  answer: drillView,
});
