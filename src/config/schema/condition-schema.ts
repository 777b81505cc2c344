import * as z from "zod";
import type { Scalar } from "../../domain/flags/condition.ts";
import { parseInstant } from "../../domain/flags/parse-instant.ts";
import { MOST_PATTERN, compilePattern } from "../../domain/flags/passes.ts";
import { parseVersion } from "../../domain/flags/version.ts";
import { shown } from "../source/mistakes.ts";
import { Refusal, leaf, text } from "./leaf.ts";

/** Most values of one list, and most parts of one condition. */
const MOST_VALUES = 10_000;
const MOST_PARTS = 100;
const LONGEST_TEXT = 500;

const scalar = () =>
  leaf<Scalar>({
    json: { type: ["string", "number", "boolean"], $comment: "text, number, `true` or `false`" },
    read: (input) => {
      if (typeof input === "boolean" || (typeof input === "number" && Number.isFinite(input))) return input;
      if (typeof input === "string" && input.length <= LONGEST_TEXT) return input;
      return new Refusal(
        `expected a text of at most ${LONGEST_TEXT} characters, a number, true or false, not ${shown(input)}`,
        "write one of them; for several use `one_of`",
      );
    },
  });

/** One text, or several of which one is enough. */
const texts = (description: string) =>
  leaf<readonly string[]>({
    json: { type: ["string", "array"], items: { type: "string" }, $comment: "text or list of texts" },
    read: (input) => {
      const list: readonly unknown[] = Array.isArray(input) ? input : [input];
      const isFine = (one: unknown): one is string =>
        typeof one === "string" && one.length > 0 && one.length <= LONGEST_TEXT;
      if (list.length > 0 && list.length <= MOST_VALUES && list.every(isFine)) return list;
      const wrong = list.find((one) => !isFine(one)) ?? input;
      return new Refusal(`expected a text or a list of texts, not ${shown(wrong)}`, "write it like pro or [pro, team]");
    },
  })
    .optional()
    .meta({ description });

const finite = (description: string) =>
  leaf<number>({
    json: { type: "number" },
    read: (input) =>
      typeof input === "number" && Number.isFinite(input)
        ? input
        : new Refusal(`expected a number, not ${shown(input)}`, "write a number, without quotes"),
  })
    .optional()
    .meta({ description });

/** An instant or a day, as epoch milliseconds. */
export const instant = () =>
  leaf<number>({
    json: { type: "string", $comment: "instant" },
    read: (input) => {
      const at = typeof input === "string" ? parseInstant(input) : null;
      return (
        at ??
        new Refusal(
          `expected an instant, not ${shown(input)}`,
          "write it like 2026-12-01T09:00:00Z, or 2026-12-01 for midnight UTC",
        )
      );
    },
  });

const version = (description: string) =>
  leaf<string>({
    json: { type: "string", $comment: "version" },
    read: (input) =>
      typeof input === "string" && parseVersion(input) !== null
        ? input
        : new Refusal(`expected a version, not ${shown(input)}`, 'write it like 2.4.0, and in quotes where it reads like a number: "14.2"'),
  })
    .optional()
    .meta({ description });

const versionSchema = z
  .strictObject({
    equals: version("The same version; build metadata does not count."),
    above: version("A later version."),
    at_least: version("This version or a later one."),
    at_most: version("This version or an earlier one."),
    below: version("An earlier version."),
  })
  .optional()
  .meta({ description: "Compares the attribute as a version by semver.org 2.0.0." });

const pattern = () =>
  leaf<string>({
    json: { type: "string", minLength: 1, maxLength: MOST_PATTERN, $comment: "pattern" },
    read: (input) =>
      typeof input === "string" && input !== "" && compilePattern(input) !== null
        ? input
        : new Refusal(
            `expected a pattern in the syntax of RE2 with at most ${MOST_PATTERN} characters, not ${shown(input)}`,
            "look-around and back references do not exist there; prefer starts_with, ends_with or contains",
          ),
  })
    .optional()
    .meta({ description: "A pattern (RE2) fits anywhere in the text; `^` and `$` tie it to the ends. Texts of more than 512 characters do not match." });

/** The keys that test an attribute. */
const TESTS = {
  exists: z.boolean().optional().meta({ description: "Whether the attribute must be there; `null` is not." }),
  equals: scalar().optional().meta({ description: "The same value of the same type." }),
  one_of: z.array(scalar()).min(1).max(MOST_VALUES).optional().meta({ description: "One of these values." }),
  contains: texts("The text contains it; in a list, one of its items is equal to it."),
  starts_with: texts("The text begins with it."),
  ends_with: texts("The text ends with it."),
  matches: pattern(),
  above: finite("Greater than this number."),
  at_least: finite("This number or more."),
  at_most: finite("This number or less."),
  below: finite("Less than this number."),
  after: instant().optional().meta({ description: "Later than this instant." }),
  before: instant().optional().meta({ description: "Earlier than this instant." }),
  version: versionSchema,
};

/** The keys of a condition of which it has exactly one. */
const KINDS = ["attribute", "segment", "all", "any", "not"] as const;

/** A condition as read. */
export interface ConditionInput extends Tests {
  readonly attribute?: string | undefined;
  readonly segment?: string | undefined;
  readonly all?: ConditionInput[] | undefined;
  readonly any?: ConditionInput[] | undefined;
  readonly not?: ConditionInput | undefined;
}

type Tests = z.output<z.ZodObject<typeof TESTS>>;

/** One condition: exactly one of `attribute`, `segment`, `all`, `any` and `not`. */
export const conditionSchema: z.ZodType<ConditionInput> = z
  .strictObject({
    attribute: text({ what: "the name of an attribute", max: 200 })
      .optional()
      .meta({
        description:
          "What is looked at: a member of the context, or with dots a member of a member (`company.plan`). Needs at least one of the tests below; all of them must hold.",
      }),
    ...TESTS,
    segment: text({ what: "the name of a segment", max: 63 })
      .optional()
      .meta({ description: "Everything that a segment of `segments` asks for." }),
    get all(): z.ZodOptional<z.ZodType<ConditionInput[]>> {
      return parts("All of these conditions hold.");
    },
    get any(): z.ZodOptional<z.ZodType<ConditionInput[]>> {
      return parts("At least one of these conditions holds.");
    },
    get not(): z.ZodOptional<z.ZodType<ConditionInput>> {
      return conditionSchema
        .optional()
        .meta({ description: "This condition does not hold. Holds too where the attribute is missing." });
    },
  })
  .superRefine((input, context) => {
    const fault = faultOf(input);
    if (fault !== null)
      context.addIssue({ code: "custom", message: fault.message, params: { fix: fault.fix, atKey: true } });
  })
  .meta({ id: "condition", $comment: "condition" });

const parts = (description: string): z.ZodOptional<z.ZodType<ConditionInput[]>> =>
  z.array(conditionSchema).min(1).max(MOST_PARTS).optional().meta({ description });

/** Conditions where a person writes one, or several that must all hold. */
export const conditionsSchema = z.union([conditionSchema, z.array(conditionSchema).min(1).max(MOST_PARTS)]);

/** One condition or several, as read. */
export type ConditionsInput = z.output<typeof conditionsSchema>;

function faultOf(input: object): { readonly message: string; readonly fix: string } | null {
  const has = (key: string): boolean => (input as Readonly<Record<string, unknown>>)[key] !== undefined;
  const kinds = KINDS.filter(has);
  const tests = Object.keys(TESTS).filter(has);
  if (kinds.length === 0 && tests.length === 0) {
    return { message: "this condition asks nothing", fix: `add one of ${KINDS.join(", ")}` };
  }
  if (kinds.length > 1) {
    return {
      message: `a condition is one of ${KINDS.join(", ")}; this one has ${kinds.join(" and ")}`,
      fix: "write one condition for each, below `all` or `any`",
    };
  }
  if (kinds[0] === "attribute" && tests.length === 0) {
    return { message: "it does not say what the attribute must be", fix: "add `equals`, `one_of`, `exists` or another test" };
  }
  if (kinds[0] !== "attribute" && tests.length > 0) {
    return { message: `\`${tests[0]}\` tests an attribute, and this condition names none`, fix: "add `attribute`, or take it out" };
  }
  return null;
}
