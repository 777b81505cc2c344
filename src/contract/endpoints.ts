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

/** A release in the list of its endpoint, with what became of it in the environment. */
export const listedRelease = releaseSummary.extend({
  fate: z
    .enum(["stable", "candidate", "was_stable", "rolled_back", "superseded", "cancelled", "observed", "unused"])
    .nullable()
    .describe("what became of it there; null where the newest 200 rollouts do not tell"),
  rollout: z.string().nullable().describe("the rollout that decided it; null where there was none"),
  outcome: z.string().nullable().describe("why it was rolled back, e.g. harm; null for every other fate"),
});

export const listReleases = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/releases",
  perEnvironment: true,
  summary: "Releases of an endpoint, newest first",
  params: z.strictObject({ endpoint: endpointName }),
  query: z.strictObject({ limit }),
  answer: z.object({ data: z.array(listedRelease) }),
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
      .describe(
        "also within an hour of a release being rolled back, by itself or by somebody, when this goes one release further back",
      ),
    from: z
      .string()
      .max(100)
      .optional()
      .describe(
        "name of the release that is to be rolled back, e.g. support-bot@2; 409 where it would be another by now",
      ),
  }),
  answer: z.object({ rollout: z.string(), stable: z.string().describe("the release that serves now") }),
});
