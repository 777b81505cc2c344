import { z } from "zod";
import { instant } from "./fields.ts";
import { lastApply, originInput } from "./origins.ts";
import { mistakeView, projectFiles } from "./projects.ts";
import { defineRoute } from "./route.ts";

/** One difference between the repository and the server. */
export const driftView = z.object({
  kind: z.enum([
    "not-applied",
    "not-in-repository",
    "withdrawn",
    "other-release",
    "override",
    "paused",
    "flag-killed",
    "settings",
  ]),
  subject: z.string().nullable().describe("the endpoint or flag; null for the whole project"),
  what: z.string(),
  by: z.string().nullable().describe("name of a key, or `rollward`"),
  why: z.string().nullable(),
  at: instant.nullable(),
});

export const findDrift = defineRoute({
  method: "POST",
  path: "/api/drift",
  perEnvironment: true,
  summary: "What differs between a project and the server: what was not applied, went back or was done by hand",
  body: projectFiles.extend({ origin: originInput.optional() }),
  answer: z.object({
    environment: z.string().nullable().describe("null when there are mistakes"),
    drifted: z.boolean(),
    drift: z.array(driftView),
    last_apply: lastApply.nullable(),
    mistakes: z.array(mistakeView),
    missing: z.array(z.string()),
  }),
});
