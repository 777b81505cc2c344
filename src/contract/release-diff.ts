import { z } from "zod";
import { idOf } from "./fields.ts";
import { defineRoute } from "./route.ts";

const releaseName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}@[1-9]\d{0,8}$/, "is no release: those look like support-bot@7");

const compatibility = z.enum(["same", "compatible", "breaking"]);

const fieldChange = z.object({ path: z.string(), breaking: z.boolean(), what: z.string() });

const part = z.object({ verdict: compatibility, changes: z.array(fieldChange) });

const diffLine = z.object({ kind: z.enum(["same", "added", "removed"]), text: z.string() });

const sample = z
  .object({
    variables: z.record(z.string(), z.string()),
    lines: z.array(diffLine),
    missing: z
      .object({ before: z.string().nullable(), after: z.string().nullable() })
      .describe("a required variable without a value: that side could not be rendered"),
  })
  .describe("the prompt of both releases rendered with the same values");

const price = z
  .object({
    model: z.string().describe("the first model of the chain"),
    usd: z.number().nullable().describe("of a thousand calls like the recorded ones; null where nothing is known"),
    input_per_million: z.number().nullable(),
    output_per_million: z.number().nullable(),
  })
  .describe("by the prices in force, in USD");

/** What the rollout engine makes of two releases. */
export const compatibilityView = z.object({
  verdict: compatibility.describe("whether a conversation in flight can be moved from the one to the other"),
  tools: z.array(part.extend({ name: z.string(), status: z.enum(["same", "changed", "added", "removed"]) })),
  output: part,
  variables: part,
  reasons: z.array(z.string()),
});

/** Two releases side by side. */
export const releaseDiffView = z.object({
  before: z.string(),
  after: z.string(),
  same: z.boolean(),
  text: z.string().describe("every change, one a line or as a text comparison"),
  changes: z.array(
    z.object({
      part: z.string(),
      path: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      lines: z.array(diffLine).optional().describe("for text"),
    }),
  ),
  sample,
  call: z
    .object({ id: z.string(), sample, note: z.string().nullable() })
    .nullable()
    .describe("the recorded call that was asked for, with its own values"),
  compatibility: compatibilityView,
  price: z.object({
    calls: z.number().int().describe("recorded calls that the price per thousand rests on"),
    days: z.number().int(),
    mean_tokens: z
      .object({
        input: z.number(),
        cached_input: z.number(),
        cache_write: z.number(),
        output: z.number(),
        reasoning: z.number(),
      })
      .nullable(),
    before: price,
    after: price,
    change: z.number().nullable().describe("relative: 0.1 is a tenth dearer"),
    words: z.string(),
  }),
});

export const diffReleasesRoute = defineRoute({
  method: "POST",
  path: "/api/releases/diff",
  perEnvironment: true,
  summary: "Compares two releases: prompt, rendered sample, tools, parameters, policies, price. Changes nothing",
  body: z.strictObject({
    before: releaseName,
    after: releaseName,
    variables: z
      .record(z.string().max(100), z.string().max(100_000))
      .optional()
      .describe("values for the rendered sample; by default those that the prompts declare"),
    call: idOf("call").optional().describe("a recorded call, to render with its own values"),
  }),
  answer: releaseDiffView,
});
