import type * as z from "zod";
import type { Mistake } from "../project.ts";
import { SECRET_KEYS } from "../secret-shape.ts";
import { type Fault, MAX_MISTAKES, mistake, shown } from "../source/mistakes.ts";
import { about } from "../source/path-text.ts";
import type { YamlFile } from "../source/yaml-file.ts";
import type { Path } from "../source/yaml-places.ts";
import { closest } from "../closest.ts";
import { knownKeys } from "./known-keys.ts";

type Issue = z.core.$ZodIssue;

const WORDS: Readonly<Record<string, string>> = {
  object: "a section",
  record: "a section",
  array: "a list",
  string: "a text",
  boolean: "true or false",
  number: "a number",
};

const FIXES: Readonly<Record<string, string>> = {
  object: "write its keys below it, indented; or remove it",
  record: "write its keys below it, indented; or remove it",
  array: "write each item on a line of its own after `- `, or all in [brackets]",
  boolean: "write true or false, without quotes",
};

/** The value at a path of plain data; `undefined` when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let here = root;
  for (const segment of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = (here as Record<string | number, unknown>)[segment];
  }
  return here;
}

function unknownKey(key: string, known: readonly string[]): Fault {
  const message = `${shown(key)} is not a key that is known here`;
  if (SECRET_KEYS.includes(key.toLowerCase()) && known.includes("key_env")) {
    return {
      message: "a secret does not belong in this file",
      fix: `remove \`${key}\`, put the secret into an environment variable of the server and write \`key_env: NAME_OF_THE_VARIABLE\`; if this file was shared, replace the secret`,
    };
  }
  const near = closest(key, known);
  return { message, fix: near === null ? `known here: ${known.join(", ")}` : `did you mean "${near}"?` };
}

const oneOf = (value: unknown, options: readonly unknown[]): Fault => {
  const words = options.map(String);
  const near = typeof value === "string" ? closest(value, words) : null;
  return {
    message: `expected one of ${words.join(", ")}, not ${shown(value)}`,
    fix: near === null ? `write one of ${words.join(", ")}` : `did you mean "${near}"?`,
  };
};

const howMany = (count: unknown): string => `${String(count)} ${Number(count) === 1 ? "item" : "items"}`;

/** What an issue says about the value in its place, by its code. */
function faultOf(issue: Issue, value: unknown): Fault {
  switch (issue.code) {
    case "invalid_type": {
      const what = WORDS[issue.expected] ?? issue.expected;
      return { message: `expected ${what}, not ${shown(value)}`, fix: FIXES[issue.expected] ?? `write ${what}` };
    }
    case "invalid_value":
      return oneOf(value, issue.values);
    case "too_small":
      return { message: `needs at least ${howMany(issue.minimum)}`, fix: "add one, or remove the key" };
    case "too_big":
      return { message: `has more than ${howMany(issue.maximum)}`, fix: "remove some" };
    case "custom":
      return { message: issue.message, fix: String(issue.params?.["fix"] ?? "correct it") };
    default:
      return { message: issue.message, fix: "correct it" };
  }
}

/** The issues of the union's option that the value was most likely meant for. */
function unionIssues(issue: z.core.$ZodIssueInvalidUnion, value: unknown): readonly Issue[] {
  if (issue.errors.length === 0) {
    const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
    const path = [...issue.path];
    return [
      {
        code: "invalid_value",
        values: (options ?? []) as z.core.util.Primitive[],
        path,
        message: discriminator ?? "",
        input: value,
      },
    ];
  }
  const types = issue.errors.flatMap((list) =>
    list.filter((one) => one.code === "invalid_type" && one.path.length === 0),
  );
  if (types.length === issue.errors.length) {
    const words = types.map((one) => (one.code === "invalid_type" ? (WORDS[one.expected] ?? one.expected) : ""));
    const what = words.join(" or ");
    const params = { fix: `write ${what}` };
    return [{ code: "custom", message: `expected ${what}, not ${shown(value)}`, params, path: [...issue.path] }];
  }
  const isSection = typeof value === "object" && value !== null;
  const nested = (list: readonly Issue[]): boolean =>
    list.some((one) => one.path.length > 0 || one.code === "unrecognized_keys");
  const chosen =
    issue.errors.find((list) => isSection && nested(list)) ??
    issue.errors.find((list) => list.some((one) => one.code === "custom")) ??
    issue.errors[0] ??
    [];
  return chosen.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** The mistakes that issues of a schema are, each in its place in the file. `base` is the way to the schema's value. */
export function mistakesOf(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  { file, base = [] }: { readonly file: YamlFile; readonly base?: Path },
): readonly Mistake[] {
  const root = valueAt(file.value, base);
  const translate = (issue: Issue): readonly Mistake[] => {
    const local = issue.path as Path;
    const path = [...base, ...local];
    const value = valueAt(root, local);
    // zod measures texts as well where a list was expected.
    if ((issue.code === "too_small" || issue.code === "too_big") && !Array.isArray(value)) return [];
    if (issue.code === "invalid_union") return unionIssues(issue, value).flatMap(translate);
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, root, local);
      return issue.keys.slice(0, MAX_MISTAKES).map((key) => {
        const { message, fix } = unknownKey(key, known);
        return mistake(file.keyAt([...path, key]), { message: about(path, message), fix });
      });
    }
    if (value === undefined && local.length > 0) {
      const name = String(local.at(-1));
      const fault = faultOf(issue, value);
      return [
        mistake(file.keyAt(path.slice(0, -1)), {
          message: about(path.slice(0, -1), `"${name}" is missing`),
          fix: `add \`${name}\`: ${fault.fix}`,
        }),
      ];
    }
    const { message, fix } = faultOf(issue, value);
    const atKey = issue.code === "custom" && issue.params?.["atKey"] === true;
    return [mistake(atKey ? file.keyAt(path) : file.valueAt(path), { message: about(path, message), fix })];
  };
  return issues.slice(0, MAX_MISTAKES).flatMap(translate).slice(0, MAX_MISTAKES);
}
