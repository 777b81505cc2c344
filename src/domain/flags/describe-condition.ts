import type { AttributeTest, Condition, Range, Scalar } from "./condition.ts";

/** A condition in words, for people: `plan is one of "pro", "team" and in the segment staff`. */
export function describeCondition(condition: Condition | null): string {
  return condition === null ? "everybody" : describe(condition);
}

function describe(condition: Condition): string {
  switch (condition.type) {
    case "all":
      return condition.of.map(nested).join(" and ");
    case "any":
      return condition.of.map(nested).join(" or ");
    case "not":
      return `not ${nested(condition.of)}`;
    case "segment":
      return `in the segment ${condition.name}`;
    default:
      return condition.tests.map((test) => `${condition.attribute} ${describeTest(test)}`).join(" and ");
  }
}

function nested(condition: Condition): string {
  const isGroup = condition.type === "all" || condition.type === "any";
  return isGroup && condition.of.length > 1 ? `(${describe(condition)})` : describe(condition);
}

/** Values that are shown of a list. */
const MOST_SHOWN = 5;

const listed = (values: readonly Scalar[]): string => {
  const shown = values.slice(0, MOST_SHOWN).map((value) => JSON.stringify(value));
  const more = values.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
};

function describeTest(test: AttributeTest): string {
  switch (test.type) {
    case "exists":
      return test.expected ? "is there" : "is not there";
    case "one-of":
      return `${test.values.length === 1 ? "is" : "is one of"} ${listed(test.values)}`;
    case "contains":
      return `contains ${listed(test.texts)}`;
    case "starts-with":
      return `begins with ${listed(test.texts)}`;
    case "ends-with":
      return `ends with ${listed(test.texts)}`;
    case "matches":
      return `matches ${test.pattern}`;
    case "number":
      return describeRange(test.range, String);
    case "instant":
      return describeRange(test.range, (at) => new Date(at).toISOString());
    default: {
      const { equals, ...range } = test.range;
      const exactly = equals === undefined ? [] : [`is version ${equals}`];
      const bounds = describeRange(range, (version) => `version ${version}`);
      return [...exactly, ...(bounds === "" ? [] : [bounds])].join(" and ");
    }
  }
}

function describeRange<T>({ above, least, most, below }: Range<T>, write: (bound: T) => string): string {
  return [
    ...(above === undefined ? [] : [`is above ${write(above)}`]),
    ...(least === undefined ? [] : [`is at least ${write(least)}`]),
    ...(most === undefined ? [] : [`is at most ${write(most)}`]),
    ...(below === undefined ? [] : [`is below ${write(below)}`]),
  ].join(" and ");
}
