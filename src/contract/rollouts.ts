import { z } from "zod";
import { endpointName, idOf, instant, limit } from "./fields.ts";
import { defineRoute } from "./route.ts";

const test = z.object({
  log_e: z.number(),
  threshold: z.number(),
  crossed: z.boolean(),
  margin: z.number().describe("ratio candidate : stable"),
});

/** What one metric of a rollout says. */
export const metricView = z.object({
  metric: z.string(),
  n: z.object({ stable: z.number(), candidate: z.number() }),
  value: z.object({ stable: z.number().nullable(), candidate: z.number().nullable() }),
  unit: z.enum(["share", "ms", "usd"]),
  effect: z.object({ ratio: z.number(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  harm: test,
  no_worse: test,
  verdict: z.enum(["harm", "non-inferior", "inconclusive"]),
  required: z.boolean(),
});

/** A rollout as people and tools see it. */
export const rolloutView = z.object({
  id: z.string(),
  endpoint: z.string(),
  environment: z.string(),
  strategy: z.string(),
  state: z.string().describe("phase of the rollout, e.g. ramping"),
  activity: z.string().nullable(),
  waits: z.array(z.string()),
  holds: z.array(z.string()),
  stable: z.string().describe("e.g. support-bot@6"),
  candidate: z.string(),
  weight: z.number(),
  step: z.number().int(),
  steps: z.array(z.number()),
  sessions: z.object({ stable: z.number(), candidate: z.number() }),
  metrics: z.array(metricView),
  union: z.object({ log_r: z.number(), threshold: z.number(), crossed: z.boolean(), blame: z.string().nullable() }),
  sample_ratio: z.object({ log_e: z.number(), threshold: z.number(), crossed: z.boolean() }),
  eta: z
    .object({
      sessions: z.number(),
      seconds: z.number(),
      steps: z.array(
        z.object({
          weight: z.number(),
          sessions: z.number(),
          seconds: z.number(),
          waits_for: z.enum(["time", "sessions", "evidence"]),
        }),
      ),
    })
    .nullable()
    .describe("how much longer until the promotion, over the whole remaining ladder, as things are going now"),
  eta_note: z.string().nullable().describe("why a ramping rollout has no estimate, e.g. no sessions yet"),
  outcome: z.string().nullable(),
  told: z
    .array(z.object({ telling: z.string(), by: z.string(), reason: z.string(), at: instant }))
    .describe("what people told it: the last word of each kind, oldest first"),
  explanation: z.string(),
  created_at: instant,
  started_at: instant.nullable(),
  ended_at: instant.nullable(),
  seq: z.number().int(),
});

/** One entry of a rollout's log. */
export const eventView = z.object({
  seq: z.number().int(),
  at: instant,
  actor: z.string(),
  reason: z.string(),
  fact: z.unknown(),
  hash: z.string(),
});

export const listRollouts = defineRoute({
  method: "GET",
  path: "/api/rollouts",
  summary: "Rollouts with their evidence, newest first",
  query: z.strictObject({ endpoint: endpointName.optional(), open: z.stringbool().optional(), limit }),
  answer: z.object({ data: z.array(rolloutView) }),
});

export const showRollout = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}",
  summary: "One rollout with its evidence",
  params: z.strictObject({ rollout: idOf("rol") }),
  answer: rolloutView,
});

export const listRolloutEvents = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/events",
  summary: "The log of a rollout, oldest first",
  params: z.strictObject({ rollout: idOf("rol") }),
  query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit }),
  answer: z.object({
    data: z.array(eventView),
    intact: z.boolean().describe("whether the hash chain of these entries holds"),
  }),
});

/** What a person can tell a rollout. */
export const COMMANDS = ["promote", "hold", "resume", "abort", "rollback", "approve", "deny", "cancel"] as const;

export const commandRollout = defineRoute({
  method: "POST",
  path: "/api/rollouts/{rollout}/commands",
  summary: "Tells a rollout what to do",
  params: z.strictObject({ rollout: idOf("rol") }),
  body: z.strictObject({
    command: z.enum(COMMANDS),
    reason: z.string().min(1).max(500),
    idempotency_key: z.string().min(1).max(100).optional(),
  }),
  answer: rolloutView,
});
