import type { AttributeTest, Condition, Range } from "../../domain/flags/condition.ts";
import type { ConditionInput, ConditionsInput } from "../schema/condition-schema.ts";

/** A condition as the domain has it; several are one that asks for all of them. */
export function buildCondition(input: ConditionsInput): Condition {
  if (isList(input)) return input.length === 1 && input[0] !== undefined ? buildOne(input[0]) : all("all", input);
  return buildOne(input);
}

const isList = (input: ConditionsInput): input is ConditionInput[] => Array.isArray(input);

const all = (type: "all" | "any", parts: readonly ConditionInput[]): Condition => ({ type, of: parts.map(buildOne) });

/** A condition that asks nothing is a mistake of the file and does not come here; it would hold for everybody. */
function buildOne(input: ConditionInput): Condition {
  if (input.segment !== undefined) return { type: "segment", name: input.segment };
  if (input.any !== undefined) return all("any", input.any);
  if (input.not !== undefined) return { type: "not", of: buildOne(input.not) };
  if (input.attribute !== undefined) return { type: "attribute", attribute: input.attribute, tests: testsOf(input) };
  return all("all", input.all ?? []);
}

function testsOf(input: ConditionInput): readonly AttributeTest[] {
  const { exists, equals, one_of, contains, starts_with, ends_with, matches, version } = input;
  const { above, at_least, at_most, below, after, before } = input;
  const number = rangeOf({ above, at_least, at_most, below });
  const instant = rangeOf({ above: after, below: before });
  const { equals: exactly, ...bounds } = version ?? {};
  const versions = { ...rangeOf(bounds), ...(exactly !== undefined && { equals: exactly }) };
  const tests: readonly (AttributeTest | null)[] = [
    exists === undefined ? null : { type: "exists", expected: exists },
    equals === undefined ? null : { type: "one-of", values: [equals] },
    one_of === undefined ? null : { type: "one-of", values: one_of },
    contains === undefined ? null : { type: "contains", texts: contains },
    starts_with === undefined ? null : { type: "starts-with", texts: starts_with },
    ends_with === undefined ? null : { type: "ends-with", texts: ends_with },
    matches === undefined ? null : { type: "matches", pattern: matches },
    isEmpty(number) ? null : { type: "number", range: number },
    isEmpty(instant) ? null : { type: "instant", range: instant },
    isEmpty(versions) ? null : { type: "version", range: versions },
  ];
  return tests.filter((test) => test !== null);
}

/** Bounds as a file writes them. */
interface WrittenRange<T> {
  readonly above?: T | undefined;
  readonly at_least?: T | undefined;
  readonly at_most?: T | undefined;
  readonly below?: T | undefined;
}

const rangeOf = <T>({ above, at_least, at_most, below }: WrittenRange<T>): Range<T> => ({
  ...(above !== undefined && { above }),
  ...(at_least !== undefined && { least: at_least }),
  ...(at_most !== undefined && { most: at_most }),
  ...(below !== undefined && { below }),
});

const isEmpty = (range: object): boolean => Object.keys(range).length === 0;
