import { z } from "zod";
import { idOf, instant, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** The name of a flag in a path; those that begin with `endpoint.` say which release an endpoint serves. */
const flagName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,71}$/,
    "is no name of a flag: those have lower-case letters, digits, dots, dashes and underscores, at most 63",
  );

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A kill switch that was thrown, with who, when and why. */
export const killView = z.object({
  id: z.string(),
  reason: z.string(),
  by: z.string(),
  at: instant,
  restored: z
    .object({ at: instant, by: z.string(), reason: z.string() })
    .nullable()
    .describe("null while it is in force"),
});

/** A flag in lists. */
export const flagSummary = z.object({
  flag: z.string(),
  type: z.enum(["boolean", "string", "number", "object"]),
  description: z.string(),
  variants: z.array(z.string()),
  default_variant: z.string().describe("in this environment"),
  off_variant: z.string(),
  rules: z.number().int(),
  killed: killView.nullable().describe("null where it is not killed"),
  changed_at: instant
    .nullable()
    .describe("its definition, a segment that it uses, or its kill switch; null where nobody has noted it yet"),
  evaluated_at: instant.nullable().describe("null where nobody ever asked"),
  evaluations: z.number().int().describe("since its definition is known, on all replicas"),
  stale: z
    .object({
      why: z.enum(["one-sided", "never-evaluated"]),
      variant: z.string().nullable().describe("the variant that everybody gets; null where nobody asks"),
    })
    .nullable()
    .describe("why it can be taken out: unchanged for two weeks, and one-sided or never asked for"),
});

/** A flag with what it consists of. */
export const flagView = flagSummary.extend({
  values: z.record(z.string(), z.unknown()).describe("the value of each variant"),
  rules_in_order: z.array(
    z.object({
      name: z.string(),
      for: z.string().describe("whom it is for, in words"),
      share: z.number().describe("of those whom it matches it is for so many now, from 0 to 1"),
      serves: z.string(),
      in_force: z.boolean().describe("false in another environment, before its time and after it"),
    }),
  ),
  prerequisites: z.array(z.object({ flag: z.string(), variants: z.array(z.string()) })),
  metadata: z.record(z.string(), scalar),
  permanent: z.boolean(),
  counts: z.array(
    z.object({
      variant: z.string().describe("`(error)` where it could not be evaluated"),
      evaluations: z.number().int(),
      first_at: instant,
      last_at: instant,
    }),
  ),
  kills: z.array(killView).describe("newest first"),
});

/** What a flag is for a context, and why. */
export const evaluationView = z.object({
  flag: z.string(),
  value: z.unknown(),
  variant: z.string(),
  reason: z.enum(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR"]),
  rule: z.string().nullable().describe("the rule that decided"),
  cause: z.enum(["killed", "schedule", "prerequisite"]).nullable().describe("why it is off"),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  metadata: z.record(z.string(), scalar),
});

export const listFlags = defineRoute({
  method: "GET",
  path: "/api/flags",
  perEnvironment: true,
  summary: "Feature flags: what is killed, how often each was evaluated, and which can be taken out",
  query: z.strictObject({ stale: z.stringbool().default(false).describe("only those that can be taken out") }),
  answer: z.object({ data: z.array(flagSummary) }),
});

export const showFlag = defineRoute({
  method: "GET",
  path: "/api/flags/{flag}",
  perEnvironment: true,
  summary: "One flag: its rules, counts, and who killed and restored it",
  params: z.strictObject({ flag: flagName }),
  answer: flagView,
});

export const evaluateFlag = defineRoute({
  method: "POST",
  path: "/api/flags/{flag}/evaluate",
  perEnvironment: true,
  summary: "What a flag is for a context, and which rule decided; nothing is counted",
  params: z.strictObject({ flag: flagName }),
  body: z.strictObject({
    context: z.record(z.string(), z.json()).default({}),
    key: idOf("key").optional().describe("whose sessions, for a flag of an endpoint; absent is the key that asks"),
  }),
  answer: evaluationView,
});

export const killFlag = defineRoute({
  method: "POST",
  path: "/api/flags/{flag}/kill",
  perEnvironment: true,
  summary: "Kills a flag: it serves its off variant to everybody, everywhere within a second",
  params: z.strictObject({ flag: flagName }),
  body: z.strictObject({ reason }),
  answer: flagSummary,
});

export const restoreFlag = defineRoute({
  method: "POST",
  path: "/api/flags/{flag}/restore",
  perEnvironment: true,
  summary: "Lets a killed flag go by its rules again",
  params: z.strictObject({ flag: flagName }),
  body: z.strictObject({ reason }),
  answer: flagSummary,
});
