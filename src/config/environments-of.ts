import { memberOf, membersOf } from "./findings.ts";
import { DEFAULT_ENVIRONMENT } from "./schema/config-schema.ts";

/** The names of the environments of a rollward.yaml as plain data, its own first. */
export function environmentsOf(value: unknown): readonly string[] {
  const own = memberOf(value, "environment");
  const others = membersOf(memberOf(value, "environments")).map(([name]) => name);
  return [...new Set([typeof own === "string" ? own : DEFAULT_ENVIRONMENT, ...others])];
}
