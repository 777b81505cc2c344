import { RE2JS } from "re2js";
import type { Json } from "../json.ts";
import type { AttributeTest, Range } from "./condition.ts";
import { parseInstant } from "./parse-instant.ts";
import { compareVersions, parseVersion } from "./version.ts";

/** Whether an attribute passes a test; `undefined` is an attribute that is missing. */
export function passes(test: AttributeTest, value: Json | undefined): boolean {
  if (test.type === "exists") return (value !== undefined) === test.expected;
  if (value === undefined || value === null) return false;
  if (!isList(value)) return passesOne(test, value);
  if (test.type === "contains") return value.some((item) => test.texts.includes(item as string));
  return value.some((item) => passesOne(test, item));
}

function passesOne(test: Exclude<AttributeTest, { readonly type: "exists" }>, value: Json): boolean {
  switch (test.type) {
    case "one-of":
      return test.values.includes(value as string);
    case "contains":
      return typeof value === "string" && test.texts.some((text) => value.includes(text));
    case "starts-with":
      return typeof value === "string" && test.texts.some((text) => value.startsWith(text));
    case "ends-with":
      return typeof value === "string" && test.texts.some((text) => value.endsWith(text));
    case "matches":
      return typeof value === "string" && fits(test, value);
    case "number":
      return isWithin(numberOf(value), test.range);
    case "instant":
      return isWithin(typeof value === "string" ? parseInstant(value) : null, test.range);
    default:
      return typeof value === "string" && isWithinVersions(value, test.range);
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function isWithin(value: number | null, { above, least, most, below }: Range<number>): boolean {
  if (value === null) return false;
  if (above !== undefined && value <= above) return false;
  if (least !== undefined && value < least) return false;
  if (most !== undefined && value > most) return false;
  return below === undefined || value < below;
}

/** Numbers as text, as headers and metadata have them. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;

function numberOf(value: Json): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && DECIMAL.test(value) ? Number(value) : null;
}

function isWithinVersions(
  text: string,
  { equals, above, least, most, below }: Extract<AttributeTest, { type: "version" }>["range"],
): boolean {
  const version = parseVersion(text);
  if (version === null) return false;
  /** What the version is against a bound: below 0, 0 or above 0. One that is not there, or is no version, bounds by its default. */
  const against = (bound: string | undefined, otherwise: number): number => {
    if (bound === undefined) return otherwise;
    const parsed = parseVersion(bound);
    return parsed === null ? Number.NaN : compareVersions(version, parsed);
  };
  return (
    against(equals, 0) === 0 &&
    against(above, 1) > 0 &&
    against(least, 1) >= 0 &&
    against(most, -1) <= 0 &&
    against(below, -1) < 0
  );
}

/** Longer texts are not looked at by patterns: the time they take is this times the states of the pattern. */
const MOST_MATCHED = 512;
/** Most states of a pattern. */
const MOST_STATES = 400;
/** Longest pattern, characters. */
export const MOST_PATTERN = 200;

type Pattern = Extract<AttributeTest, { readonly type: "matches" }>;

/** A test never changes: its pattern is compiled once. `null` for one that cannot be. */
const compiled = new WeakMap<Pattern, RE2JS | null>();

function fits(test: Pattern, text: string): boolean {
  if (text.length > MOST_MATCHED) return false;
  let pattern = compiled.get(test);
  if (pattern === undefined) {
    pattern = compilePattern(test.pattern);
    compiled.set(test, pattern);
  }
  return pattern !== null && pattern.matcher(text).find();
}

/** A pattern in the syntax of RE2, which takes linear time; `null` where it is too large or no such pattern. */
export function compilePattern(source: string): RE2JS | null {
  if (source.length > MOST_PATTERN) return null;
  try {
    const pattern = RE2JS.compile(source);
    return pattern.programSize() > MOST_STATES ? null : pattern;
  } catch {
    return null;
  }
}
