import { z } from "zod";
import { instant } from "./fields.ts";
import { metersHealth } from "./meters.ts";
import { lastApply } from "./origins.ts";
import { retiringView } from "./versions.ts";
import { defineRoute } from "./route.ts";

/** How the server itself is doing. */
export const healthView = z.object({
  version: z.string(),
  uptime_seconds: z.number(),
  in_flight: z.number().int(),
  database: z.object({
    kind: z.enum(["embedded", "server", "memory"]),
    /** Whether it answers and what is written arrives. */
    ready: z.boolean(),
    /** Why not, or `null`. */
    trouble: z.string().nullable(),
  }),
  records: z.object({
    recorded: z.number(),
    dropped_bodies: z.number(),
    dropped_facts: z.number(),
    waiting: z.number(),
    waiting_bytes: z.number(),
  }),
  evidence: z.object({
    written: z.number(),
    dropped: z.number(),
    waiting: z.number(),
    unobserved: z.number().describe("sessions served but not observed, because too many were waiting"),
  }),
  responses: z.object({
    dropped: z.number().describe("responses that cannot be gone on with, because they were too large or too many"),
  }),
  traces: z.object({
    kept: z.number().describe("calls whose trace was kept"),
    passed_over: z.number().describe("calls whose trace was not"),
    sent_spans: z.number(),
    rejected_spans: z.number().describe("spans that the receiver says it did not take"),
    sent_scores: z.number(),
    dropped: z.number().describe("calls and scores that were lost: there was no room, or the receiver refused them"),
    waiting: z.number().describe("calls and scores that wait to be sent"),
    waiting_bytes: z.number(),
    trouble: z.string().nullable().describe("why nothing can be sent at the moment, or `null`"),
  }),
  spend: z.object({
    merged: z.number().describe("attempts counted without their user, because an hour had too many users"),
    trouble: z.string().nullable().describe("why what was spent cannot be written; it is kept and tried again"),
  }),
  series: z.object({
    waiting: z.number().describe("cells that wait to be written"),
    merged: z.number().describe("calls counted as (other), because a minute had too many cells"),
    dropped_cells: z.number().describe("cells that could not be written in time"),
    trouble: z.string().nullable().describe("why what calls came to cannot be written; it is kept and tried again"),
  }),
  alerts: z
    .object({
      waiting: z
        .number()
        .int()
        .nullable()
        .describe("messages that wait to be sent, up to 200; null while nobody can say"),
      since: instant.nullable().describe("when the oldest of them was written"),
      trouble: z.string().nullable().describe("why the last try of one of them failed, with its notifier"),
    })
    .describe("messages of alerts, of all environments"),
  meters: metersHealth,
  /** Requests without a key that is good here, by the code of the error; nothing else is kept of them. */
  refused: z.record(z.string(), z.number()),
  applied: z
    .array(lastApply)
    .describe("what was applied last, by environment; nothing while the database is in trouble"),
  retiring: z.array(retiringView).describe("models that retire soon and may be asked by a release that serves"),
  pins_forgotten: z.number(),
  resident_bytes: z.number(),
});

export const showHealth = defineRoute({
  method: "GET",
  path: "/api/health",
  summary: "Counts and states of the server: what was recorded, what was dropped",
  answer: healthView,
});

export const alive = defineRoute({
  method: "GET",
  path: "/healthz",
  summary: "200 while the process runs",
  access: "open",
  answer: z.object({ status: z.literal("ok") }),
});

export const ready = defineRoute({
  method: "GET",
  path: "/readyz",
  summary:
    "200 while the server takes traffic, 503 when it stops; a database in trouble stops no calls, so it is told and not refused",
  access: "open",
  answer: z.object({ status: z.enum(["ready", "degraded"]), reason: z.string().nullable() }),
});
