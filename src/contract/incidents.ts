import { z } from "zod";
import { endpointName, idOf, instant, limit } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** States of an incident, in their order. */
const INCIDENT_STATES = ["investigating", "identified", "monitoring", "resolved"] as const;

/** How much the public is hurt. */
export const IMPACTS = ["none", "minor", "major", "critical"] as const;

/** What people of an incident do. */
export const ROLES = ["lead", "communications", "scribe"] as const;

const state = z.enum(INCIDENT_STATES);
const impact = z.enum(IMPACTS);
const title = z.string().trim().min(1).max(200);
const text = z.string().trim().min(1).max(4000);

/** A change that is blamed, or thanked. */
export const blamedChange = z
  .object({ at: instant, line: z.string(), by: z.string().nullable(), rollout: z.string().nullable() })
  .nullable();

/** An incident in lists. */
export const incidentSummary = z.object({
  id: z.string(),
  title: z.string(),
  state,
  impact,
  endpoints: z.array(z.string()).describe("empty is the whole environment"),
  opened_at: instant,
  opened_by: z.string().describe("a person's key, or `rollward` where an alert did"),
  started_at: instant.describe("when the trouble began, which is before it was seen"),
  resolved_at: instant.nullable(),
  well_since: instant
    .nullable()
    .describe(
      "since when its calls are well: arrival of the last that failed; null while they fail, and where it is about something else. Nobody has to have said so",
    ),
  mended_by: blamedChange.describe("the change that this is probably owed to; null where none can be named"),
  acknowledged: z.object({ at: instant, by: z.string() }).nullable(),
  lead: z.string().nullable(),
  public: z.boolean().describe("whether it stands on the status page"),
  alerts: z.array(z.string()).describe("ids of the alerts that belong to it"),
  merged_into: z.string().nullable(),
});

/** One line of the timeline: from records, or written by a person. */
const timelineEntry = z.object({
  at: instant,
  source: z.enum(["incident", "alert", "rollout", "change", "provider", "note", "update"]),
  severity: z.enum(["ok", "info", "warning", "critical"]),
  by: z.string().nullable().describe("null is the machine"),
  line: z.string(),
  /** What was recorded where, so that a page can link to it. */
  ref: z.object({ type: z.string(), id: z.string() }).nullable(),
});

/** Whom the incident has reached, worked out from the records of the time. `null` is not known, never 0. */
const incidentReach = z.object({
  since: instant,
  until: instant.describe(
    "when its calls were well; else when its alerts were over or it was resolved, or the present",
  ),
  calls: z.number().int().nullable().describe("all calls of its endpoints in the time"),
  failed: z.number().int().nullable(),
  users: z.object({ count: z.number().int(), at_least: z.boolean() }).nullable().describe("who had a failed call"),
  cost_pico: z
    .string()
    .nullable()
    .describe(
      "what the failed calls have cost, pico-dollars as an integer in text; at least so much where that is so of users",
    ),
  endpoints: z.array(z.object({ endpoint: z.string(), calls: z.number().int(), failed: z.number().int() })),
});

/** What is to be done afterwards. */
const actionItem = z.object({
  id: z.string(),
  text: z.string(),
  owner: z.string().nullable(),
  due: z.string().nullable().describe("a day, 2026-12-01"),
  done_at: instant.nullable(),
  call: z.string().nullable().describe("a recorded call that this becomes a test case of"),
});

/** One incident with all that belongs to it. */
export const incidentView = incidentSummary.extend({
  environment: z.string(),
  seq: z.number().int(),
  roles: z.object({
    lead: z.string().nullable(),
    communications: z.string().nullable(),
    scribe: z.string().nullable(),
  }),
  updates: z
    .array(z.object({ at: instant, state, body: z.string(), by: z.string(), public: z.boolean() }))
    .describe("newest first"),
  timeline: z.array(timelineEntry).describe("oldest first"),
  reach: incidentReach,
  likely_cause: z
    .string()
    .nullable()
    .describe("the latest change before its trouble that can have caused it; null where there is none"),
  likely_cause_at: instant.nullable().describe("when that was"),
  actions: z.array(actionItem),
  findings: z
    .object({
      trigger: z.string().nullable(),
      root_causes: z.array(z.string()),
      went_well: z.array(z.string()),
      went_badly: z.array(z.string()),
      by_luck: z.array(z.string()),
    })
    .describe("what people wrote for the post-mortem"),
  merged: z.array(z.string()).describe("incidents that were merged into this one"),
});

const params = z.strictObject({ incident: idOf("inc") });

export const listIncidents = defineRoute({
  method: "GET",
  path: "/api/incidents",
  perEnvironment: true,
  summary: "Incidents, newest first",
  query: z.strictObject({
    open: z.stringbool().default(false).describe("only those that are not resolved"),
    endpoint: endpointName.optional(),
    before: idOf("inc").optional().describe("only older ones than this, for paging"),
    limit,
  }),
  answer: z.object({ data: z.array(incidentSummary) }),
});

export const showIncident = defineRoute({
  method: "GET",
  path: "/api/incidents/{incident}",
  perEnvironment: true,
  summary: "One incident: timeline, reach, updates, roles, actions",
  params,
  answer: incidentView,
});

export const openIncident = defineRoute({
  method: "POST",
  path: "/api/incidents",
  perEnvironment: true,
  summary: "Opens an incident",
  body: z.strictObject({
    title,
    impact: impact.default("minor"),
    endpoints: z.array(endpointName).max(100).default([]).describe("empty is the whole environment"),
    started_at: instant.optional().describe("when the trouble began; absent is now"),
    note: text.optional(),
  }),
  answer: incidentView,
});

export const updateIncident = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/updates",
  perEnvironment: true,
  summary: "Says how it stands: state, impact, who does what, and what the public is told",
  params,
  body: z.strictObject({
    state: state.optional().describe("`resolved` resolves it; anything else reopens one that was resolved"),
    impact: impact.optional(),
    title: title.optional(),
    endpoints: z.array(endpointName).max(100).optional(),
    started_at: instant.optional(),
    roles: z.partialRecord(z.enum(ROLES), z.string().trim().min(1).max(100).nullable()).optional(),
    message: text.optional().describe("an update in words"),
    public: z.boolean().default(false).describe("show the message on the status page, and the incident from now on"),
  }),
  answer: incidentView,
});

export const noteIncident = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/notes",
  perEnvironment: true,
  summary: "Adds a note to the timeline; never public",
  params,
  body: z.strictObject({ note: text, at: instant.optional().describe("when it was; absent is now") }),
  answer: incidentView,
});

export const acknowledgeIncident = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/acknowledge",
  perEnvironment: true,
  summary: "Says that somebody has taken it on; the first word stays",
  params,
  body: z.strictObject({}),
  answer: incidentView,
});

export const mergeIncident = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/merge",
  perEnvironment: true,
  summary: "Merges this incident into another one, which takes over its alerts, endpoints and notes",
  params,
  body: z.strictObject({ into: idOf("inc") }),
  answer: incidentView,
});

const line = z.string().trim().min(1).max(1000);

export const writeFindings = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/findings",
  perEnvironment: true,
  summary: "What was found out, for the post-mortem; what is absent stays",
  params,
  body: z.strictObject({
    trigger: line.nullable().optional(),
    root_causes: z.array(line).max(20).optional(),
    went_well: z.array(line).max(20).optional(),
    went_badly: z.array(line).max(20).optional(),
    by_luck: z.array(line).max(20).optional(),
  }),
  answer: incidentView,
});

export const addActionItem = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/actions",
  perEnvironment: true,
  summary: "Adds something to be done afterwards",
  params,
  body: z.strictObject({
    text: line,
    owner: z.string().trim().min(1).max(100).optional(),
    due: z.iso.date().optional(),
    call: idOf("call").optional().describe("a recorded call that it becomes a test case of"),
  }),
  answer: incidentView,
});

export const finishActionItem = defineRoute({
  method: "POST",
  path: "/api/incidents/{incident}/actions/{action}/done",
  perEnvironment: true,
  summary: "Says that something is done",
  params: z.strictObject({ incident: idOf("inc"), action: z.string().max(40) }),
  body: z.strictObject({}),
  answer: incidentView,
});

export const showPostmortem = defineRoute({
  method: "GET",
  path: "/api/incidents/{incident}/postmortem",
  perEnvironment: true,
  summary: "A draft of the post-mortem in Markdown, from the records",
  params,
  answer: z.object({ incident: z.string(), markdown: z.string() }),
});

/** A recorded call as a case that a later test can run. */
export const testCase = z.object({
  format: z.literal("rollward.test-case/1"),
  id: z.string(),
  name: z.string(),
  origin: z.object({ incident: z.string(), action: z.string(), call: z.string() }),
  endpoint: z.string().nullable(),
  release: z.string().nullable(),
  dialect: z.string(),
  request: z.unknown().describe("as the client sent it; null where it is not kept any more"),
  seen: z.object({
    status: z.number().int(),
    error: z.string().nullable(),
    answer: z.string().nullable().describe("what was answered then, which is not what is wanted"),
  }),
  wanted: z.string().describe("what should have been, in words"),
});

export const exportTestCases = defineRoute({
  method: "GET",
  path: "/api/incidents/{incident}/test-cases",
  perEnvironment: true,
  summary: "Test cases from the actions that name a call",
  params,
  answer: z.object({ data: z.array(testCase) }),
});
