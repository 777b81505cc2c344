import { z } from "zod";
import { endpointName, instant, limit } from "./fields.ts";
import { retiringView, versionView } from "./versions.ts";
import { defineRoute } from "./route.ts";

/** A release in lists: everything but its content. */
export const releaseSummary = z.object({
  id: z.string(),
  name: z.string().describe("for people, e.g. support-bot@7"),
  number: z.number().int(),
  digest: z.string(),
  created_at: instant,
  author: z.string(),
});

/** A release with its content, and the version matrix: the digest of each part that is versioned on its own. */
export const releaseDetail = releaseSummary.extend({
  content: z.unknown(),
  components: z.unknown(),
  versions: z.array(versionView).describe("what it pins of prompts, models and tools"),
  where: z.array(z.string()).describe("where it serves now"),
  retiring: z.array(retiringView).describe("models of it that retire soon"),
});

/** An endpoint and where its calls go. */
export const endpointView = z.object({
  endpoint: z.string(),
  environment: z.string(),
  epoch: z.number().int(),
  stable: releaseSummary,
  rollout: z
    .object({ id: z.string(), candidate: releaseSummary, weight: z.number() })
    .nullable()
    .describe("the rollout that divides traffic now"),
});

export const listEndpoints = defineRoute({
  method: "GET",
  path: "/api/endpoints",
  perEnvironment: true,
  summary: "Endpoints, their stable releases and the rollouts under way",
  answer: z.object({ data: z.array(endpointView) }),
});

export const listReleases = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/releases",
  perEnvironment: true,
  summary: "Releases of an endpoint, newest first",
  params: z.strictObject({ endpoint: endpointName }),
  query: z.strictObject({ limit }),
  answer: z.object({ data: z.array(releaseSummary) }),
});

export const showRelease = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/releases/{number}",
  perEnvironment: true,
  summary: "One release with its content",
  params: z.strictObject({ endpoint: endpointName, number: z.coerce.number().int().min(1) }),
  answer: releaseDetail,
});

export const rollbackEndpoint = defineRoute({
  method: "POST",
  path: "/api/endpoints/{endpoint}/rollback",
  perEnvironment: true,
  summary: "Rolls back the rollout under way, or returns to the release before the last promotion",
  params: z.strictObject({ endpoint: endpointName }),
  body: z.strictObject({
    reason: z.string().min(1).max(500),
    again: z
      .boolean()
      .default(false)
      .describe("also right after a candidate was taken back by itself, when this goes one release further back"),
  }),
  answer: z.object({ rollout: z.string(), stable: z.string().describe("the release that serves now") }),
});
