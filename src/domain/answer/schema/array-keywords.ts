import type { Json, JsonObject } from "../../json.ts";
import { isList, isSame } from "./run.ts";
import type { Checked, Descend, Run } from "./run.ts";

/** What the keywords of arrays need. */
export interface ArrayTerms {
  readonly run: Run;
  readonly schema: JsonObject;
  readonly descend: Descend;
}

/** The keywords of arrays. */
export function checkArray(terms: ArrayTerms, checked: Checked<readonly Json[]>): boolean {
  return checkCount(terms, checked) && checkItems(terms, checked) && checkContains(terms, checked);
}

function checkCount({ run, schema }: ArrayTerms, { value, place }: Checked<readonly Json[]>): boolean {
  const { minItems, maxItems, uniqueItems } = schema;
  if (typeof minItems === "number" && value.length < minItems) return run.fault(place, "it has too few items");
  if (typeof maxItems === "number" && value.length > maxItems) return run.fault(place, "it has too many items");
  if (uniqueItems !== true || !hasTwice(run, value)) return true;
  return run.fault(place, "it has the same item twice");
}

/** Plain values are looked up; only objects and lists have to be compared with each other. */
function hasTwice(run: Run, items: readonly Json[]): boolean {
  run.spend(items.length);
  const plain = items.filter((item) => typeof item !== "object" || item === null);
  if (new Set(plain).size < plain.length) return true;
  const deep = items.filter((item) => typeof item === "object" && item !== null);
  return deep.some((item, index) => {
    for (let other = index + 1; other < deep.length; other += 1) {
      if (isSame(run, item, deep[other] ?? null)) return true;
    }
    return false;
  });
}

/** A list of schemas in `items` is the older name of `prefixItems`, with `additionalItems` for the rest. */
function checkItems({ run, schema, descend }: ArrayTerms, { value, place }: Checked<readonly Json[]>): boolean {
  const { items, additionalItems, prefixItems } = schema;
  const isOld = isList(items);
  const first = isOld ? items : isList(prefixItems) ? prefixItems : [];
  const rest = isOld ? additionalItems : items;
  if (first.length === 0 && rest === undefined) return true;
  let isGood = true;
  for (const [index, item] of value.entries()) {
    run.spend(1);
    const part = index < first.length ? first[index] : rest;
    if (part === undefined) break;
    if (!descend(part, item, { parent: place, key: index })) isGood = false;
  }
  return isGood;
}

function checkContains({ run, schema, descend }: ArrayTerms, { value, place }: Checked<readonly Json[]>): boolean {
  const { contains, minContains, maxContains } = schema;
  if (contains === undefined) return true;
  const found = value.filter((item, index) =>
    run.quietly(() => descend(contains, item, { parent: place, key: index })),
  ).length;
  if (found < (typeof minContains === "number" ? minContains : 1)) return run.fault(place, "it lacks an item that it must have");
  if (typeof maxContains === "number" && found > maxContains) return run.fault(place, "it has an item too often");
  return true;
}
