import { z } from "zod";
import { endpointName, instant, limit } from "./fields.ts";
import { originView } from "./origins.ts";
import { defineRoute } from "./route.ts";

const kind = z.enum(["prompt", "model", "tool"]);

/** The name of a version, or of a whole line of versions. */
const versionName = z.string().min(1).max(300);

/** One version of a prompt, model or tool. */
export const versionView = z.object({
  kind,
  version: z.string().describe("for people: support-bot/system@3, lookup_order@2, openai/gpt-5@2025-08-07"),
  name: z.string().describe("the line of versions it belongs to"),
  number: z.number().int().describe("counts from 1 within the line, in the order of first use"),
  digest: z.string(),
  created_at: instant.describe("when a release pinned it first"),
});

/** A version with what it says. */
export const versionDetail = versionView.extend({ content: z.unknown() });

/** A model that retires soon, and what uses it. */
export const retiringView = z.object({
  model: z.string().describe("provider/model"),
  retires: z.string().describe("the day from which it may no longer answer, by the catalogue"),
  days: z.number().int().describe("0 or less when that day has come"),
  used_by: z.array(z.object({ release: z.string(), where: z.string().nullable() })),
  words: z.string(),
});

/** A release that uses a version. */
export const useView = z.object({
  release: z.string(),
  version: z.string().describe("under which name: equal content may have several"),
  where: z.array(z.string()).describe("where it serves now: `stable in production`, `candidate in staging at 5 %`"),
});

export const listVersions = defineRoute({
  method: "GET",
  path: "/api/versions",
  perEnvironment: true,
  summary: "Versions of prompts, models or tools, by name and newest first",
  query: z.strictObject({ kind, name: versionName.optional(), limit }),
  answer: z.object({ data: z.array(versionView) }),
});

export const showVersion = defineRoute({
  method: "GET",
  path: "/api/versions/show",
  perEnvironment: true,
  summary: "One version with its content; the newest of a line when only that is named",
  query: z.strictObject({ kind, version: versionName }),
  answer: versionDetail,
});

export const listUses = defineRoute({
  method: "GET",
  path: "/api/versions/uses",
  perEnvironment: true,
  summary: "The releases that use a version, or any version of a line, and where they serve",
  query: z.strictObject({ kind, version: versionName, limit }),
  answer: z.object({ data: z.array(useView), retiring: z.array(retiringView) }),
});

/** One application of a release. */
export const applicationView = z.object({
  at: instant,
  by: z.string().describe("name of the key that applied it"),
  environment: z.string(),
  reason: z.string().nullable().describe("why, where it was not because a project was applied"),
  parent: z.string().nullable().describe("the release that was stable there; null for the first"),
  origin: originView.nullable(),
});

export const showLineage = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/releases/{number}/lineage",
  perEnvironment: true,
  summary: "Where a release comes from: commit, branch, author, pull request, evaluation, and the releases before it",
  params: z.strictObject({ endpoint: endpointName, number: z.coerce.number().int().min(1) }),
  answer: z.object({
    release: z.string(),
    digest: z.string(),
    applications: z.array(applicationView).describe("oldest first: the first made the release"),
    ancestors: z
      .array(z.object({ release: z.string(), origin: originView.nullable() }))
      .describe("parent, its parent, and so on"),
  }),
});

export const showMatrix = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/matrix",
  perEnvironment: true,
  summary: "The version matrix: releases × parts, with what changed from the release before",
  params: z.strictObject({ endpoint: endpointName }),
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
  answer: z.object({
    endpoint: z.string(),
    columns: z.array(z.string()),
    rows: z.array(
      z.object({
        release: z.string(),
        where: z.array(z.string()),
        cells: z
          .array(z.object({ value: z.string().nullable(), changed: z.boolean() }))
          .describe("in order of columns"),
      }),
    ),
  }),
});
