/** Deeper values are taken for circles. */
const MAX_DEPTH = 500;

/**
 * The canonical text of a value by RFC 8785 (JCS): no white space, keys sorted by UTF-16 code units, numbers
 * and strings as ECMAScript writes them. Equal values have equal texts, so the text can be hashed. Throws
 * TypeError on what has none: NaN and infinities, lone surrogates, undefined, bigints, functions, symbols,
 * objects that are not plain (a Date, a Map), circles. The parameter is `unknown` because an interface of plain
 * data does not fit a type with an index signature; what it holds is checked here.
 */
export function canonicalJson(value: unknown): string {
  return written(value, 0);
}

function written(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return writtenString(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`Canonical JSON cannot hold the number ${value}.`);
      // ECMAScript writes -0 as 0, and RFC 8785 asks for the same.
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth >= MAX_DEPTH) throw new TypeError("Canonical JSON cannot hold circles or more than 500 levels.");
      return Array.isArray(value) ? writtenArray(value, depth + 1) : writtenObject(value, depth + 1);
    default:
      throw new TypeError(`Canonical JSON cannot hold a value of type ${typeof value}.`);
  }
}

function writtenString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("Canonical JSON cannot hold a lone surrogate.");
  return JSON.stringify(text);
}

function writtenArray(items: readonly unknown[], depth: number): string {
  let text = "[";
  // By index: a hole is undefined and must be refused, not skipped.
  for (let index = 0; index < items.length; index += 1) {
    text += (index === 0 ? "" : ",") + written(items[index], depth);
  }
  return `${text}]`;
}

function writtenObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("Canonical JSON holds plain objects only, no instances of classes.");
  }
  const members = object as Readonly<Record<string, unknown>>;
  let text = "{";
  for (const key of sorted(Object.keys(object))) {
    text += `${text === "{" ? "" : ","}${writtenKey(key)}${written(members[key], depth)}`;
  }
  return `${text}}`;
}

/** Keys that were written before, with their colon: most objects have the same ones. */
const knownKeys = new Map<string, string>();
const MOST_KEYS = 1_000;
const LONGEST_KEY = 64;

function writtenKey(key: string): string {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const made = `${writtenString(key)}:`;
  if (knownKeys.size < MOST_KEYS && key.length <= LONGEST_KEY) knownKeys.set(key, made);
  return made;
}

/** Up to so many keys are put in order one by one. */
const FEW_KEYS = 32;

/** In the order of UTF-16 code units, which is that of `<` between strings. Takes the list that it is given. */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > FEW_KEYS) return keys.toSorted();
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? "";
    let at = end;
    for (let before = keys[at - 1]; before !== undefined && before > key; before = keys[at - 1]) {
      keys[at] = before;
      at -= 1;
    }
    keys[at] = key;
  }
  return keys;
}
