import { z } from "zod";
import { endpointName, idOf, instant, limit, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What can be paused. */
export const pauseSubject = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("everything") }),
  z.strictObject({ type: z.literal("endpoint"), name: endpointName }),
  z.strictObject({ type: z.literal("tenant"), name: z.string().min(1).max(200) }),
  z.strictObject({ type: z.literal("key"), name: idOf("key") }),
  z
    .strictObject({
      type: z.literal("model"),
      endpoint: endpointName,
      name: z.string().min(3).max(300).describe("provider/model"),
    })
    .describe("calls of the endpoint go around this model, to the next of its chain"),
]);

/** A pause with who, when and why. */
export const pauseView = z.object({
  id: z.string(),
  subject: pauseSubject,
  reason: z.string(),
  by: z.string(),
  at: instant,
  lifted: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
  rule: z
    .object({
      name: z.string(),
      outcome: z
        .enum(["paused", "observed", "left-alone"])
        .describe("the latter two are notes, lifted when they were written: nothing was stopped"),
      until: instant.nullable().describe("when it lifts the pause by itself, or may act again after a note"),
    })
    .nullable()
    .describe("the rule of rollward.yaml that did it; null where a person did"),
  only_here: z
    .boolean()
    .describe("the database is away and has not taken it: no other server obeys it yet, and a restart forgets it"),
});

export const listPauses = defineRoute({
  method: "GET",
  path: "/api/pauses",
  perEnvironment: true,
  summary: "Pauses, newest first: those in force, or with `all` also those that were lifted and the notes of rules",
  query: z.strictObject({ all: z.stringbool().default(false), limit }),
  answer: z.object({ data: z.array(pauseView) }),
});

export const openPause = defineRoute({
  method: "POST",
  path: "/api/pauses",
  perEnvironment: true,
  summary: "Stops an endpoint, a tenant, a key or everything: new calls are refused everywhere within a second",
  body: z.strictObject({ subject: pauseSubject, reason }),
  answer: pauseView.extend({
    already: z.boolean().optional().describe("it was paused before; this is that pause, with its own reason"),
  }),
});

export const liftPause = defineRoute({
  method: "POST",
  path: "/api/pauses/{pause}/lift",
  perEnvironment: true,
  summary: "Lifts a pause",
  params: z.strictObject({ pause: idOf("pau") }),
  body: z.strictObject({ reason }),
  answer: pauseView,
});
