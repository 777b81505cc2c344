import * as z from "zod";
import type { MetadataValue } from "../../domain/flags/flag.ts";
import type { Json } from "../../domain/json.ts";
import { shown } from "../source/mistakes.ts";
import { conditionsSchema, instant } from "./condition-schema.ts";
import { Refusal, leaf, percent, text } from "./leaf.ts";

/** Names of variants and rules: they stand in answers and tables. */
export const VARIANT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Most flags and most segments of a project. */
export const MOST_FLAGS = 10_000;
/** How many flags, or segments, may need each other in a row. */
export const MOST_IN_A_ROW = 20;

const MOST_RULES = 100;
const MOST_STEPS = 100;
const LONGEST_VALUE = 16_384;

const variantName = () =>
  text({
    what: "the name of a variant",
    max: 63,
    pattern: VARIANT_NAME,
    fix: "write the name of one of its variants; put it in quotes if it is only digits, true or false",
  });

const attributeName = () => text({ what: "the name of an attribute", max: 200 });

const jsonValue = () =>
  leaf<Json>({
    json: { $comment: "any value" },
    read: (input) => {
      const written = JSON.stringify(input) as string | undefined;
      if (written !== undefined && written.length <= LONGEST_VALUE && isExact(input)) return input as Json;
      return new Refusal(
        `expected a value of at most ${LONGEST_VALUE} characters as JSON, not ${shown(input)}`,
        "write true, false, a number, a text or a section",
      );
    },
  });

/** Whether JSON says all of a value: it has no infinity. */
function isExact(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isExact);
}

const metadataValue = () =>
  leaf<MetadataValue>({
    json: { type: ["string", "number", "boolean"], $comment: "text, number, `true` or `false`" },
    read: (input) => {
      const isText = typeof input === "string" && input.length <= 500;
      if (isText || typeof input === "boolean" || (typeof input === "number" && Number.isFinite(input))) return input;
      return new Refusal(`expected a text, a number, true or false, not ${shown(input)}`, "write one of them");
    },
  });

const times = {
  from: instant()
    .optional()
    .meta({ description: "When it begins: `2026-12-01T09:00:00Z`, or `2026-12-01` for midnight UTC." }),
  until: instant().optional().meta({ description: "When it is over." }),
};

const rampSchema = z
  .array(
    z.strictObject({
      at: instant().meta({ description: "From when on." }),
      percentage: percent().meta({ description: "For how many." }),
    }),
  )
  .min(1)
  .max(MOST_STEPS)
  .meta({ title: "ramp" });

const ruleSchema = z
  .strictObject({
    name: text({ what: "a name", max: 63, pattern: VARIANT_NAME }).meta({
      description: "What answers and tables call the rule.",
    }),
    when: conditionsSchema.optional().meta({
      description: "Whom it is for: a condition, or a list of conditions that must all hold. Default: everybody.",
    }),
    environments: z
      .array(text({ what: "an environment", max: 63 }))
      .min(1)
      .max(50)
      .optional()
      .meta({ description: "Where it is in force. Default: everywhere." }),
    ...times,
    percentage: z
      .union([percent().meta({ title: "percentage" }), rampSchema])
      .optional()
      .meta({
        preset: "100%",
        description:
          "For how many of those whom it matches; the others go on to the next rule. A list with `at` and `percentage` raises it by time. Raising it keeps everybody who is in, and moves nobody between variants.",
      }),
    by: attributeName().optional().meta({ description: "The attribute that percentages go by, here instead of the flag's." }),
    serve: z
      .union([variantName().meta({ title: "variant" }), z.record(z.string(), percent()).meta({ title: "shares" })])
      .meta({ description: "A variant, or variants with the share of each, 100% together." }),
  })
  .meta({ description: "One rule. The first rule that is for a context decides." });

/** One of `flags`. */
export const flagSchema = z
  .strictObject({
    description: text({ what: "a text", max: 1_000 }).optional().meta({ description: "What it switches, for people." }),
    type: z.enum(["boolean", "string", "number", "object"]).optional().meta({
      preset: "boolean",
      description: "What its values are.",
    }),
    variants: z
      .record(z.string(), jsonValue())
      .optional()
      .meta({ description: "Its values by name. A boolean flag without has `on: true` and `off: false`." }),
    default: variantName().meta({ description: "The variant where no rule is for a context." }),
    default_in: z
      .record(z.string(), variantName())
      .optional()
      .meta({ description: "Environments with another default." }),
    off_variant: variantName()
      .optional()
      .meta({
        description:
          "The variant when it is killed, out of its time or lacks a prerequisite. Default: of a boolean flag the one that is `false`, else the default variant.",
      }),
    ...times,
    rules: z.array(ruleSchema).max(MOST_RULES).optional().meta({ description: "Who gets what, in order." }),
    prerequisites: z
      .record(z.string(), z.union([variantName(), z.array(variantName()).min(1).max(50)]))
      .optional()
      .meta({ description: "Other flags, and the variant (or variants) that each must have; else this flag is off." }),
    by: attributeName()
      .optional()
      .meta({ preset: "targetingKey", description: "The attribute that percentages go by: who has the same one gets the same." }),
    seed: text({ what: "a name", max: 63, pattern: VARIANT_NAME })
      .optional()
      .meta({ description: "Flags with the same seed draw the same for the same unit. Default: the flag's own name." }),
    metadata: z
      .record(z.string(), metadataValue())
      .optional()
      .meta({ description: "Sent with every evaluation, for example `team: payments`." }),
    permanent: z.boolean().optional().meta({
      preset: false,
      description: "Whether it is meant to stay, as a kill switch is: it is never listed as stale.",
    }),
  })
  .meta({ description: "One feature flag." });

/** `flags`, in rollward.yaml and in a file of `flag_files`. */
export const flagsSchema = z
  .record(z.string(), flagSchema)
  .optional()
  .meta({ description: "Feature flags, by the name that applications ask for; docs/flags.md shows how." });

/** `segments`, likewise. */
export const segmentsSchema = z
  .record(z.string(), conditionsSchema)
  .optional()
  .meta({ description: "Conditions with a name, for rules of flags, targets of rollouts and other segments." });

/** `flag_origins`. */
export const flagOriginsSchema = z
  .array(
    text({
      what: "the origin of a page",
      max: 300,
      pattern: /^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?$/,
      fix: "write it like https://app.example.com, without a path",
    }),
  )
  .min(1)
  .max(100)
  .optional()
  .meta({
    description:
      "Web pages whose scripts may ask for flags, by their origin (`https://app.example.com`). Give them a key with the scope `flags` alone: everybody can read it.",
  });

/** A file of `flag_files`. */
export const flagFileSchema = z.strictObject({ flags: flagsSchema, segments: segmentsSchema });

/** A flag as read. */
export type FlagInput = z.output<typeof flagSchema>;
/** A rule as read. */
export type FlagRuleInput = z.output<typeof ruleSchema>;
