import type { Json, JsonObject } from "../../json.ts";
import type { Fits } from "./check-text.ts";
import { isList, isObject, named } from "./run.ts";
import type { Checked, Descend, Run } from "./run.ts";

/** What the keywords of objects need. */
export interface ObjectTerms {
  readonly run: Run;
  readonly schema: JsonObject;
  readonly descend: Descend;
  readonly fits: Fits;
}

/** The keywords of objects. */
export function checkObject(terms: ObjectTerms, checked: Checked<JsonObject>): boolean {
  return checkPresence(terms, checked) && checkMembers(terms, checked) && checkDependencies(terms, checked);
}

function checkPresence({ run, schema }: ObjectTerms, { value, place }: Checked<JsonObject>): boolean {
  const { required, minProperties, maxProperties } = schema;
  if (isList(required)) {
    run.spend(required.length);
    const missing = required.find((name) => typeof name === "string" && !Object.hasOwn(value, name));
    if (typeof missing === "string") return run.fault(place, `the member ${named(missing)} is missing`);
  }
  if (typeof minProperties !== "number" && typeof maxProperties !== "number") return true;
  const count = Object.keys(value).length;
  run.spend(count);
  if (typeof minProperties === "number" && count < minProperties) return run.fault(place, "it has too few members");
  if (typeof maxProperties === "number" && count > maxProperties) return run.fault(place, "it has too many members");
  return true;
}

function checkMembers(terms: ObjectTerms, { value, place }: Checked<JsonObject>): boolean {
  const { run, schema, descend } = terms;
  const names = schema["propertyNames"];
  let isGood = true;
  for (const [name, member] of Object.entries(value)) {
    run.spend(1);
    const at = { parent: place, key: name };
    if (names !== undefined && !run.quietly(() => descend(names, name, at))) {
      isGood = run.fault(at, "no member may have this name");
    }
    for (const part of partsFor(terms, name)) {
      if (part === false) isGood = run.fault(place, `the member ${named(name)} is not allowed`);
      else if (!descend(part, member, at)) isGood = false;
    }
  }
  return isGood;
}

/** The schemas that a member is held to; `additionalProperties` only where no other names it. */
function partsFor({ schema, fits }: ObjectTerms, name: string): readonly Json[] {
  const { properties, patternProperties, additionalProperties } = schema;
  const parts: Json[] = [];
  if (isObject(properties) && Object.hasOwn(properties, name)) parts.push(properties[name] ?? {});
  if (isObject(patternProperties)) {
    for (const [pattern, part] of Object.entries(patternProperties)) {
      if (fits(pattern, name)) parts.push(part);
    }
  }
  if (parts.length === 0 && additionalProperties !== undefined) parts.push(additionalProperties);
  return parts;
}

/** `dependentRequired`, `dependentSchemas`, and `dependencies`, which was both. */
function checkDependencies({ run, schema, descend }: ObjectTerms, { value, place }: Checked<JsonObject>): boolean {
  for (const keyword of ["dependentRequired", "dependentSchemas", "dependencies"]) {
    const dependencies = schema[keyword];
    if (!isObject(dependencies)) continue;
    for (const [name, demanded] of Object.entries(dependencies)) {
      run.spend(1);
      if (!Object.hasOwn(value, name)) continue;
      if (!isList(demanded)) {
        if (!descend(demanded, value, place)) return false;
        continue;
      }
      const missing = demanded.find((other) => typeof other === "string" && !Object.hasOwn(value, other));
      if (typeof missing === "string") {
        return run.fault(place, `the member ${named(missing)} is missing, which ${named(name)} needs`);
      }
    }
  }
  return true;
}
