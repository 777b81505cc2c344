import { z } from "zod";
import { blamedChange, incidentSummary } from "./incidents.ts";
import { instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** How bad it is; for colour never alone, the word is shown too. */
export const severity = z.enum(["ok", "info", "warning", "critical"]);

/** What an environment or an endpoint is in. `unknown`: what it rests on cannot be read. */
const SITUATIONS = [
  "well",
  "quiet",
  "degraded",
  "failing",
  "recovering",
  "rolled-back",
  "held",
  "provider-trouble",
  "switched",
  "budget-exhausted",
  "paused",
  "frozen",
  "alerting",
  "unknown",
] as const;

/** One thing that is the matter, as a sentence of its own. */
const situationView = z.object({
  situation: z.enum(SITUATIONS),
  severity,
  endpoint: z.string().nullable().describe("null where it is about the environment, or about the server"),
  since: instant.nullable().describe("its first sign; the same as in the incident that belongs to it"),
  sentence: z.string(),
  likely_cause: blamedChange.describe("the latest change before it that can have caused it; null where there is none"),
  mended_by: blamedChange.describe("the change that its recovery is probably owed to; null where none can be named"),
});

/** What kinds of change there are. */
const CHANGE_KINDS = [
  "rollout",
  "project",
  "prices",
  "key",
  "flag",
  "pause",
  "switch",
  "freeze",
  "provider",
  "budget",
  "spend",
  "cache",
  "alert",
  "incident",
] as const;

/** One line of what changed. */
export const changeView = z.object({
  id: z.string().describe("names it alone; the same change has the same id whenever it is asked for"),
  at: instant,
  kind: z.enum(CHANGE_KINDS),
  severity,
  endpoint: z.string().nullable(),
  by: z.string().nullable().describe("a person's key; null is the machine, or nobody knows"),
  line: z.string(),
  rollout: z.string().nullable().describe("the rollout it belongs to"),
  incident: z.string().nullable(),
});

/** A query of `GET /api/calls` (or of the page Calls) that shows what is behind a number. */
const callsFilter = z
  .record(z.string(), z.string())
  .describe("parameters for /api/calls, e.g. {endpoint, outcome, since}");

/** One number against what is usual. `null` is no data, never 0. */
export const figureView = z.object({
  figure: z.enum(["errors", "first-token", "cost", "quality"]),
  label: z.string().describe("e.g. Error rate"),
  unit: z.enum(["share", "ms", "usd/min", "score"]),
  better: z.enum(["lower", "higher"]),
  value: z.number().nullable(),
  n: z.number().int().describe("calls (or scores) it is made of"),
  window_seconds: z.number().int().describe("what is looked at: the newest so many seconds"),
  baseline: z.object({
    value: z.number().nullable(),
    n: z.number().int(),
    what: z.string().describe("what it is compared with, in words"),
  }),
  refused: z
    .number()
    .int()
    .describe("of errors: calls among n that a budget or limit has refused, which count as no error; else 0"),
  firing: z.string().nullable().describe("the alert rule that fires about it; red only where there is one"),
  calls: callsFilter,
});

/** Whom the worst trouble has reached from its beginning to its end. `null` where it cannot be known. */
export const reachView = z.object({
  since: instant,
  until: instant.describe("when it ended; the present while it lasts"),
  calls: z.number().int().describe("calls that failed"),
  of_calls: z.number().int().describe("of so many"),
  users: z
    .object({ count: z.number().int(), at_least: z.boolean() })
    .nullable()
    .describe("who had a failed call; never more than failed calls"),
  endpoints: z.array(z.string()).describe("that have failed calls"),
  cost_pico: z
    .string()
    .describe(
      "what the failed calls have cost, pico-dollars as an integer in text; at least so much where that is so of users",
    ),
});

/** Something a person may do now: the console sends `request` with a `reason` added to its body. */
export const actionView = z.object({
  action: z.enum(["roll-back", "freeze", "switch-model", "raise-budget"]),
  label: z.string().describe('e.g. "Roll back to support-bot@41"'),
  endpoint: z.string().nullable(),
  effect: z.string().describe("exactly what it will do"),
  undo: z.string().describe("how it is taken back"),
  request: z
    .object({ method: z.literal("POST"), path: z.string(), body: z.record(z.string(), z.unknown()) })
    .nullable()
    .describe("without its `reason`, which a person gives; null where it cannot be done now, or only by hand"),
  why_not: z.string().nullable().describe("why it cannot be done now; null where it can, also by hand"),
  done: z
    .object({ line: z.string(), undo: z.object({ method: z.literal("POST"), path: z.string() }) })
    .nullable()
    .describe("it is done already: how it stands, and the address that takes it back (body: {reason})"),
});

/** Calls that fail for the same cause. */
export const failureView = z.object({
  cause: z.string().describe("the error code"),
  words: z.string().describe("what that is"),
  endpoint: z.string().nullable(),
  release: z.string().nullable(),
  model: z.string().nullable().describe("provider/model"),
  calls: z.number().int(),
  share: z.number().describe("of the calls that failed in the last five minutes, from 0 to 1"),
  filter: callsFilter,
});

/** Somebody who has taken it on. */
const acknowledgementView = z.object({
  by: z.string(),
  at: instant,
  what: z.string().describe("the alert or incident"),
});

/** Whether what is shown here can be trusted. */
const telemetryView = z.object({
  healthy: z.boolean(),
  sentence: z.string(),
  checks: z.array(
    z.object({
      check: z.enum(["database", "records", "evidence", "series", "alerts", "disk"]),
      state: z.enum(["ok", "warning", "failing", "unknown"]),
      detail: z.string(),
    }),
  ),
});

/** What a person on call needs to see in one glance. */
export const nowView = z.object({
  at: instant,
  environment: z.string(),
  sentence: z.string().describe("state, since when, likely cause, and what the machine has done already"),
  situation: z.enum(SITUATIONS),
  severity,
  situations: z.array(situationView).describe("everything that is the matter, worst first; empty where nothing is"),
  changes: z.array(changeView).describe("of the last 60 minutes, newest first; at most 50"),
  changes_left_off: z.number().int(),
  figures: z.array(figureView).length(4),
  reach: reachView.nullable().describe("null where nothing is the matter"),
  actions: z
    .array(actionView)
    .min(3)
    .max(4)
    .describe("where a budget refuses calls, what to do about that comes first"),
  failures: z.array(failureView).max(5).describe("of the last five minutes, whatever the trouble began with"),
  acknowledged: z.array(acknowledgementView),
  incidents: z.array(incidentSummary).describe("those that are open"),
  telemetry: telemetryView,
});

export const showNow = defineRoute({
  method: "GET",
  path: "/api/now",
  perEnvironment: true,
  summary: "What is happening, since when, why, what the machine has done, and what a person may do",
  query: z.strictObject({ endpoint: z.string().max(63).optional().describe("only this endpoint") }),
  answer: nowView,
});

export const listChanges = defineRoute({
  method: "GET",
  path: "/api/changes",
  perEnvironment: true,
  summary: "What changed, newest first: rollout steps, applies, keys, flags, pauses, freezes, provider trouble, alerts",
  query: z.strictObject({
    since: instant.optional().describe("absent is an hour ago"),
    until: instant.optional(),
    endpoint: z.string().max(63).optional(),
    kind: z.enum(CHANGE_KINDS).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: z.object({ data: z.array(changeView), left_off: z.number().int() }),
});
