import { z } from "zod";
import { endpointName, instant } from "./fields.ts";
import { originInput } from "./origins.ts";
import { defineRoute } from "./route.ts";

/** A mistake in the configuration, with its place. */
export const mistakeView = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  message: z.string(),
  fix: z.string(),
});

/** The files of a project: paths relative to the directory of `main`. */
export const projectFiles = z.strictObject({
  main: z.string().min(1).max(500),
  files: z.record(z.string().max(500), z.string().max(1_000_000)),
});

/** What a new release of an endpoint means. */
export const changeDetails = z.object({
  from: z.string().nullable().describe("the release that serves now; null for the first"),
  strategy: z.string(),
  steps: z.array(z.string()).describe("the weights of its rollout, for people"),
  conversations: z
    .enum(["same", "compatible", "breaking"])
    .describe("whether conversations in flight can be moved to it"),
  reasons: z.array(z.string()).describe("why they cannot"),
  price: z
    .object({
      calls: z.number().int(),
      days: z.number().int(),
      before: z.number().nullable(),
      after: z.number().nullable(),
    })
    .describe("USD of a thousand calls by the recorded use of tokens; null where nothing is recorded"),
});

/** What applying does, or would do, to one endpoint. */
export const endpointChange = z.object({
  endpoint: z.string(),
  release: z.string().nullable().describe("e.g. support-bot@3; null in a dry run that would make a new one"),
  outcome: z
    .enum(["unchanged", "first", "rollout", "queued", "back", "held_back"])
    .describe(
      "back: it is the stable release, and the rollouts under `ended` end; held_back: it was rolled back, aborted or beaten in an A/B test, so it is left out until somebody says `again`",
    ),
  rollout: z.string().nullable(),
  waits_until: z.string().nullable().describe("what a queued release waits for, to follow 'waits until'"),
  outlook: z.array(z.string()).describe("what its rollout takes to come to its end, as far as it can be known before"),
  diff: z.string(),
  ended: z
    .array(z.object({ rollout: z.string(), release: z.string() }))
    .optional()
    .describe("for `back`: the rollouts that end by it, with their candidates"),
  details: changeDetails.optional().describe("absent where nothing changes"),
});

/** A release that is left out, because it was rolled back, aborted or beaten in an A/B test and nobody has said since that it is to go out again. */
export const heldBackView = z.object({
  endpoint: z.string(),
  release: z.string().describe("e.g. support-bot@3"),
  rollout: z.string().describe("id of the rollout that was withdrawn or lost, or of the return that left it"),
  how: z.enum(["rolled_back", "aborted", "lost"]).describe("`lost`: stable has won its A/B test"),
  at: instant.nullable().describe("null while it is being withdrawn by itself"),
  by: z.string().nullable().describe("name of a person's key; null is Rollward itself, on evidence or by the plan"),
  why: z.string().nullable().describe("the person's reason, or what was proven"),
  sentence: z.string().describe("all of that for people"),
});

/** What applying does, or would do, to the project around the releases; it is in force at once. */
export const projectChange = z.object({
  outcome: z
    .enum(["unchanged", "first", "changed"])
    .describe("first: nothing was applied before, or it cannot be read any more, so everything is new"),
  diff: z
    .string()
    .describe("providers, aliases, limits, budgets, pauses, sessions and rollout plans, as in rollward.yaml"),
});

/** The answer to an applied project: mistakes and missing files mean that nothing was applied. */
export const applyAnswer = z.object({
  applied: z.boolean(),
  environment: z.string().optional().describe("absent when there are mistakes"),
  endpoints: z.array(endpointChange),
  project: projectChange.optional().describe("absent when there are mistakes"),
  held_back: z
    .array(heldBackView)
    .optional()
    .describe("endpoints whose release is left out; everything else is applied. Absent is none"),
  mistakes: z.array(mistakeView),
  missing: z.array(z.string()),
  warnings: z.array(z.string()).optional().describe("nothing wrong yet, for example a model that retires soon"),
});

export const applyProject = defineRoute({
  method: "POST",
  path: "/api/apply",
  perEnvironment: "new",
  summary: "Applies a project: freezes releases and opens rollouts; all or nothing",
  body: projectFiles.extend({
    dry_run: z.boolean().default(false),
    origin: originInput.optional(),
    again: z
      .union([z.boolean(), z.array(endpointName).max(1_000)])
      .default(false)
      .describe(
        "begins releases again that are held back: true for all endpoints, or the names of some; otherwise they are left out, under `held_back`",
      ),
  }),
  answer: applyAnswer,
});
