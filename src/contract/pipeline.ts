import { z } from "zod";
import { endpointName, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

const stage = z.enum(["check", "evaluate", "integrate", "approve", "deploy", "monitor"]);
const state = z.enum(["waiting", "running", "passed", "failed", "skipped"]);
const release = z.strictObject({ endpoint: endpointName, number: z.coerce.number().int().min(1) });

/** One stage of a release on its way into an environment. */
export const pipelineStage = z.object({
  stage,
  state: state.describe("skipped: nobody asks for it in this environment"),
  since: instant.nullable(),
  by: z.string().nullable().describe("who brought it there; `rollward` is the server itself"),
  note: z.string().nullable(),
  url: z.string().nullable().describe("where the evidence is; a path is one of this API"),
});

/** The way of one release into one environment. */
export const pipelineView = z.object({
  release: z.string(),
  digest: z.string(),
  environment: z.string(),
  stages: z.array(pipelineStage),
});

export const showPipeline = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/releases/{number}/pipeline",
  perEnvironment: true,
  summary: "The stages of a release on its way into an environment",
  params: release,
  answer: pipelineView,
});

export const reportPipeline = defineRoute({
  method: "POST",
  path: "/api/endpoints/{endpoint}/releases/{number}/pipeline",
  perEnvironment: true,
  summary: "Reports how a stage stands that CI runs; what the server itself does is not reported",
  params: release,
  body: z.strictObject({
    stage: z.enum(["check", "evaluate", "integrate"]),
    state,
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullable()
      .default(null),
    note: z.string().trim().min(1).max(500).nullable().default(null),
  }),
  answer: pipelineView,
});
