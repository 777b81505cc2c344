import { z } from "zod";
import { environmentName } from "./environment-query.ts";
import { endpointName, idOf, instant, limit, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What is frozen. */
const subject = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("everything") }),
  z.strictObject({ type: z.literal("environment"), environment: environmentName }),
  z.strictObject({ type: z.literal("endpoint"), endpoint: endpointName, environment: environmentName }),
]);

/** What can be frozen: the environment that is meant, an endpoint of it, or everything. */
const subjectToFreeze = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("everything") }),
  z.strictObject({ type: z.literal("environment") }),
  z.strictObject({ type: z.literal("endpoint"), endpoint: endpointName }),
]);

/** A freeze with who, when and why. */
export const freezeView = z.object({
  id: z.string(),
  subject,
  reason: z.string(),
  by: z.string(),
  at: instant,
  until: instant.nullable(),
  in_force: z.boolean(),
  lifted: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
});

/** A freeze of the project file. */
const plannedFreeze = z.object({
  name: z.string(),
  reason: z.string(),
  zone: z.string(),
  endpoints: z.array(z.string()).nullable(),
  in_force: z.boolean(),
  until: instant.nullable().describe("when it ends, if it is in force and ever does"),
  next: instant.nullable().describe("when it begins next, if it ever does"),
});

export const listFreezes = defineRoute({
  method: "GET",
  path: "/api/freezes",
  perEnvironment: true,
  summary:
    "Freezes, newest first: those in force, or with `all` also those that are over; and those that the project plans",
  query: z.strictObject({ all: z.stringbool().default(false), limit }),
  answer: z.object({ data: z.array(freezeView), planned: z.array(plannedFreeze) }),
});

export const openFreeze = defineRoute({
  method: "POST",
  path: "/api/freezes",
  perEnvironment: true,
  summary: "Freezes: no rollout starts, advances or is promoted; holding, aborting and rolling back stay possible",
  body: z.strictObject({ subject: subjectToFreeze, reason, until: instant.nullable().default(null) }),
  answer: freezeView,
});

export const liftFreeze = defineRoute({
  method: "POST",
  path: "/api/freezes/{freeze}/lift",
  perEnvironment: true,
  summary: "Lifts a freeze",
  params: z.strictObject({ freeze: idOf("frz") }),
  body: z.strictObject({ reason }),
  answer: freezeView,
});
