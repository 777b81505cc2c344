import { z } from "zod";
import { endpointName, idOf, instant, limit } from "./fields.ts";
import { judgedView } from "./judged.ts";
import { defineRoute } from "./route.ts";

const test = z.object({
  log_e: z.number(),
  threshold: z.number(),
  crossed: z.boolean(),
  margin: z.number().describe("a ratio of worse to better, or a difference as a share of the range"),
  margin_is: z.enum(["ratio", "difference"]),
  or_difference: z
    .number()
    .optional()
    .describe(
      "a difference of shares that is tested beside the ratio: either is enough; absent where the margin is the only one",
    ),
});

/** What one metric of a rollout says. */
export const metricView = z.object({
  metric: z.string(),
  n: z.object({ stable: z.number(), candidate: z.number() }),
  value: z.object({ stable: z.number().nullable(), candidate: z.number().nullable() }),
  unit: z.enum(["share", "ms", "usd", "tokens/s", "score", "value"]),
  better: z.enum(["lower", "higher"]),
  effect: z.object({ ratio: z.number(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  harm: test,
  no_worse: test,
  verdict: z.enum(["harm", "non-inferior", "inconclusive"]).describe("as the evidence stands now"),
  certified: z
    .boolean()
    .describe("was proven no worse on the ladder; that stays, however the evidence moves afterwards"),
  required: z.boolean(),
  causes: z
    .record(z.string(), z.object({ stable: z.number(), candidate: z.number() }))
    .nullable()
    .describe("of errors: failed sessions by their first cause"),
  real: z
    .object({ stable: z.number().nullable(), candidate: z.number().nullable() })
    .nullable()
    .describe("of cost: what sessions really cost on average, where what caches saved is left out of the comparison"),
});

const crossing = z.object({ log_e: z.number(), threshold: z.number(), crossed: z.boolean() });

/** What the copies of a shadow stage show. */
export const shadowView = z.object({
  sample: z.number().describe("share of stable's sessions that are copied"),
  pairs: z.number().int(),
  metrics: z.array(
    z.object({ metric: z.string(), n: z.number(), harm: crossing, no_worse: crossing, required: z.boolean() }),
  ),
  judged: judgedView.nullable().describe("null where no judge of pairs is asked"),
  union: z.object({ log_r: z.number(), threshold: z.number(), crossed: z.boolean(), blame: z.string().nullable() }),
});

/** An A/B test: what was planned, and what it shows. */
export const testView = z.object({
  goal: z.string(),
  effect: z.number().describe("smallest relative change that is looked for"),
  power: z.number().describe("probability of finding one of that size by the planned end"),
  planned_sessions: z.number().int(),
  planned_days: z.number().nullable().describe("at the sessions a day that were expected; null where nobody said"),
  sessions: z.number().int().describe("analysed so far, both arms"),
  better: crossing.nullable().describe("the candidate is proven better; null once the evidence is not kept any more"),
  worse: crossing.nullable(),
  analysed_ratio: crossing.nullable().describe("whether the analysed sessions are split as they were drawn"),
  winner: z.enum(["candidate", "stable", "none"]).nullable(),
});

/** A rollout as people and tools see it. */
export const rolloutView = z.object({
  id: z.string(),
  endpoint: z.string(),
  environment: z.string(),
  drill: z.boolean().describe("a rehearsal that nobody can call; lists leave it out"),
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
  sessions: z
    .object({ stable: z.number(), candidate: z.number() })
    .nullable()
    .describe("observed, by arm, as it stands now or stood at the end; null where it was not kept"),
  left_out: z
    .object({ stable: z.number(), candidate: z.number() })
    .optional()
    .describe(
      "drawn and not observed, because a budget or a pause refused them or another release answered; absent is none",
    ),
  metrics: z.array(metricView),
  evidence_of: z
    .enum(["ladder", "bake"])
    .describe("bake: sessions since the promotion, against those that were held back; the ladder's are not among them"),
  union: z
    .object({
      log_r: z.number().nullable(),
      threshold: z.number(),
      crossed: z.boolean(),
      blame: z.string().nullable(),
      proven_by: z.array(z.string()).describe("metrics that prove harm: one, or several where none does so alone"),
      proof: z.string().nullable().describe("the same in words, e.g. `cost and errors together, cost most of all`"),
    })
    .describe("all harm tests together; `log_r` is null where the evidence was not kept"),
  sample_ratio: z
    .object({ log_e: z.number().nullable(), threshold: z.number(), crossed: z.boolean() })
    .describe("whether sessions are split as they were drawn; `log_e` is null where the evidence was not kept"),
  eta: z
    .object({
      until: z.enum(["promotion", "verdict", "next_step"]),
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
    .describe(
      "how much longer until the promotion over the whole remaining ladder, until the planned end of an A/B test, or until the end of a preview, as things are going now",
    ),
  eta_note: z.string().nullable().describe("why a ramping rollout has no estimate, e.g. no sessions yet"),
  preview: z
    .string()
    .nullable()
    .describe("what the header `x-rollward-preview` takes to be given the candidate; null when nobody can be"),
  holdback: z.number().describe("share of new sessions that stay on the release before while a promotion bakes"),
  bake_seconds_left: z.number().nullable().describe("how much longer a promotion is watched; null before and after"),
  warm_until: instant.nullable().describe("until when the release before a promotion is kept ready to return to"),
  shadow: shadowView.nullable(),
  test: testView.nullable(),
  gates: z
    .array(
      z.object({
        gate: z.string(),
        kind: z.string(),
        at: z.string(),
        step: z.number().int().nullable(),
        attempt: z.number().int(),
        standing: z.enum(["pending", "waiting", "passed", "failed", "expired"]),
        detail: z.string(),
        url: z.string().nullable(),
        since: instant.nullable(),
        decided_at: instant.nullable(),
        approvals: z.array(z.object({ by: z.string(), reason: z.string(), at: instant })),
      }),
    )
    .describe("the gates of the plan; one before every step is there once for each step that it was asked for"),
  notify: z
    .array(z.object({ name: z.string(), who: z.array(z.string()), events: z.array(z.string()), webhook: z.boolean() }))
    .describe("who is told how it goes"),
  changes: z
    .array(z.object({ what: z.string(), forward: z.string(), back: z.string().nullable(), reversible: z.boolean() }))
    .describe("changes of data that the candidate brings along, with their way back"),
  trigger: z
    .object({
      measure: z.enum(["errors", "latency", "cost"]),
      action: z.enum(["hold", "rollback"]),
      value: z.number().describe("of the candidate: a share, ms, or pico-dollars"),
      limit: z.number(),
      sessions: z.number().int(),
    })
    .nullable()
    .describe("the classic trigger that fired"),
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
  perEnvironment: true,
  summary: "Rollouts with their evidence, newest first",
  query: z.strictObject({
    endpoint: endpointName.optional(),
    open: z.stringbool().optional(),
    drills: z.stringbool().default(false).describe("those of drills in place of the others"),
    limit,
  }),
  answer: z.object({ data: z.array(rolloutView) }),
});

export const showRollout = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}",
  perEnvironment: true,
  summary: "One rollout with its evidence",
  params: z.strictObject({ rollout: idOf("rol") }),
  answer: rolloutView,
});

export const listRolloutEvents = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/events",
  perEnvironment: true,
  summary: "The log of a rollout, oldest first",
  params: z.strictObject({ rollout: idOf("rol") }),
  query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit }),
  answer: z.object({
    data: z.array(eventView),
    intact: z.boolean().describe("whether the hash chain of these entries holds"),
  }),
});

export const listToJudge = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/to-judge",
  perEnvironment: true,
  summary: "Calls of the sessions that a rollout has judged, newest first, without release and arm",
  params: z.strictObject({ rollout: idOf("rol") }),
  query: z.strictObject({
    before: idOf("call").optional().describe("only calls older than this one, for paging"),
    limit: z.coerce.number().int().min(1).max(200).default(50).describe("how many calls are looked at"),
  }),
  answer: z.object({
    score: z.string().describe("name of the score that is wanted"),
    digest: z.string().describe("the judge that the plan names; send it as `judge`"),
    data: z
      .array(z.object({ call: z.string(), session: z.string(), at: instant }))
      .describe("one call for each session"),
    next: z.string().nullable().describe("`before` of the next page; null where there is none"),
  }),
});

/** What a person can tell a rollout. */
export const COMMANDS = [
  "start",
  "promote",
  "hold",
  "resume",
  "abort",
  "rollback",
  "approve",
  "deny",
  "cancel",
] as const;

export const commandRollout = defineRoute({
  method: "POST",
  path: "/api/rollouts/{rollout}/commands",
  perEnvironment: true,
  summary: "Tells a rollout what to do",
  params: z.strictObject({ rollout: idOf("rol") }),
  body: z.strictObject({
    command: z.enum(COMMANDS),
    reason: z.string().min(1).max(500),
    idempotency_key: z.string().min(1).max(100).optional(),
  }),
  answer: rolloutView,
});
