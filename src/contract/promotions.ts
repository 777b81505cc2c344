import { z } from "zod";
import { environmentName } from "./environment-query.ts";
import { endpointName, instant, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";
import { releaseSummary } from "./endpoints.ts";

const text = z.string().max(1_000_000);
const name = z.string().min(1).max(300);

/**
 * What a release is made of, as far as its form is checked here: whoever gets it compares its digest, which covers every
 * member.
 */
const releaseContent = z.looseObject({
  format: z.literal("rollward.release/1"),
  endpoint: endpointName,
  prompt: z
    .looseObject({
      name: text,
      messages: z.array(z.looseObject({ role: z.enum(["system", "developer", "user", "assistant"]), template: text })),
      variables: z.record(z.string(), z.looseObject({ required: z.boolean(), default: text.nullable() })),
    })
    .nullable(),
  models: z
    .array(z.looseObject({ provider: name, model: name }))
    .min(1)
    .max(10),
  parameters: z.record(z.string(), z.unknown()),
  tools: z
    .array(
      z.looseObject({
        name,
        description: text,
        parameters: z.record(z.string(), z.unknown()),
        strict: z.boolean().nullable(),
      }),
    )
    .max(128),
  policies: z.looseObject({
    record: z.enum(["exact", "facts"]),
    retainBodiesDays: z.number().int().min(0).max(36_500),
    timeouts: z.looseObject({
      connectMs: z.number().positive(),
      firstTokenMs: z.number().positive(),
      idleMs: z.number().positive(),
      totalMs: z.number().positive(),
    }),
  }),
});

/** A release as a file, to be carried from one server to another. */
export const releaseDocument = z.strictObject({
  format: z.literal("rollward.release-file/1"),
  name: z.string().max(200).describe("as it is called where it comes from; the other server gives a number of its own"),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  author: z.string().max(200),
  created_at: instant,
  content: releaseContent,
});

/** A release that goes out in another environment. */
export const promotionView = z.object({
  from: z.string(),
  to: z.string(),
  release: z.string().describe("as it is called here"),
  digest: z.string(),
  outcome: z.enum(["first", "rollout", "queued"]).describe("first: it serves at once, there was nothing before it"),
  rollout: z.string().nullable(),
  waits_until: z.string().nullable().describe("what a queued release waits for, to follow 'waits until'"),
});

export const findPromotable = defineRoute({
  method: "GET",
  path: "/api/endpoints/{endpoint}/promotable",
  perEnvironment: true,
  summary: "The release that may leave an environment, as a file; refused with the reason where none may",
  params: z.strictObject({ endpoint: endpointName }),
  query: z.strictObject({ release: z.coerce.number().int().min(1).optional(), force_reason: reason.optional() }),
  answer: releaseDocument,
});

export const promoteRelease = defineRoute({
  method: "POST",
  path: "/api/endpoints/{endpoint}/promotions",
  perEnvironment: true,
  summary: "Opens a rollout of a release that is stable in another environment, by the policy of this one",
  params: z.strictObject({ endpoint: endpointName }),
  body: z.strictObject({
    from: environmentName,
    release: z.number().int().min(1).nullable().default(null).describe("its number; null is what is stable there"),
    document: releaseDocument.nullable().default(null).describe("the release itself where another server has it"),
    reason: reason.nullable().default(null),
    force_reason: reason.nullable().default(null).describe("why one that is not stable there goes all the same"),
  }),
  answer: promotionView,
});

export const importRelease = defineRoute({
  method: "POST",
  path: "/api/releases",
  summary: "Keeps a release that another server exported; its digest is compared, and nothing serves it yet",
  body: releaseDocument,
  answer: z.object({ release: releaseSummary, created: z.boolean().describe("false: it was here already") }),
});
