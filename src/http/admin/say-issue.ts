import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What is wrong with a field of a request, to follow its name: "must be at least 1". Repeats nothing that was sent. */
export function sayIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `must ${bound(issue.origin, { isLeast: true, size: issue.minimum })}`;
    case "too_big":
      return `must ${bound(issue.origin, { isLeast: false, size: issue.maximum })}`;
    case "unrecognized_keys":
      return `must not have ${issue.keys
        .map((key) => `\`${key.slice(0, MOST_KEY)}\``)
        .slice(0, MOST_KEYS)
        .join(", ")}`;
    case "invalid_format":
      if (issue.format === "datetime") return "must be an instant in UTC such as 2027-01-31T00:00:00Z";
      return issue.message.startsWith("Invalid") ? "has a form that is not allowed" : issue.message;
    case "custom":
      return issue.message;
    default:
      return "is not of any kind that is known here";
  }
}

/** Shown of the names that nobody knows, characters and how many. */
const MOST_KEY = 60;
const MOST_KEYS = 5;

interface Bound {
  readonly isLeast: boolean;
  readonly size: number | bigint;
}

function bound(origin: string, { isLeast, size }: Bound): string {
  const amount = `at ${isLeast ? "least" : "most"} ${String(size)}`;
  const many = size === 1 || size === 1n ? "" : "s";
  if (origin === "string") return isLeast && many === "" ? "not be empty" : `have ${amount} character${many}`;
  return origin === "array" || origin === "set" ? `have ${amount} item${many}` : `be ${amount}`;
}
