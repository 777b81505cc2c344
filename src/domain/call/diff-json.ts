import type { Json, JsonObject } from "../json.ts";

/** One place in which two JSON values differ. */
export interface JsonChange {
  /** JSON pointer (RFC 6901) in the value that has it; in the later one for what changed. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** `undefined` where it was not there. */
  readonly before?: Json;
  readonly after?: Json;
}

/** What two values differ in; `cut` where there is more. */
export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  readonly cut: boolean;
}

const MOST_CHANGES = 200;
const MOST_LEVELS = 40;
/** What is nested deeper is not compared: writing it down again would take more stack than there is. */
const MOST_DEPTH = 200;
const TOO_DEEP = "(nested too deep to compare)";
/** Items of a list that are aligned; longer ones are compared place by place. */
const MOST_ITEMS = 400;

/** Compares two JSON values: members by their names, items of lists aligned by what they hold (longest common subsequence). */
export function diffJson(before: Json, after: Json): JsonDiff {
  const differ = new Differ();
  const [one, other] = [pruned(before), pruned(after)];
  differ.compare(one.value, other.value, { path: "", level: 0 });
  const isCut = differ.changes.length > MOST_CHANGES || one.isCut || other.isCut;
  return { changes: differ.changes.slice(0, MOST_CHANGES), cut: isCut };
}

/** A value without what is nested too deep. */
function pruned(value: Json): { readonly value: Json; readonly isCut: boolean } {
  let isCut = false;
  const prune = (each: Json, depth: number): Json => {
    if (typeof each !== "object" || each === null) return each;
    if (depth === MOST_DEPTH) {
      isCut = true;
      return TOO_DEEP;
    }
    if (Array.isArray(each)) return (each as readonly Json[]).map((item) => prune(item, depth + 1));
    const pairs = Object.entries(each).map(([name, member]) => [name, prune(member, depth + 1)] as const);
    return Object.fromEntries(pairs);
  };
  return { value: prune(value, 0), isCut };
}

interface Spot {
  readonly path: string;
  readonly level: number;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const below = ({ path, level }: Spot, name: string | number): Spot => ({
  path: `${path}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`,
  level: level + 1,
});

class Differ {
  readonly changes: JsonChange[] = [];

  compare(before: Json, after: Json, spot: Spot): void {
    if (this.changes.length > MOST_CHANGES || isSame(before, after)) return;
    if (spot.level < MOST_LEVELS && isObject(before) && isObject(after)) return this.#objects(before, after, spot);
    if (spot.level < MOST_LEVELS && Array.isArray(before) && Array.isArray(after)) {
      return this.#lists(before as readonly Json[], after as readonly Json[], spot);
    }
    this.changes.push({ path: spot.path, kind: "changed", before, after });
  }

  #objects(before: JsonObject, after: JsonObject, spot: Spot): void {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [one, other] = [own(before, name), own(after, name)];
      if (one === undefined && other !== undefined) this.#note("added", other, below(spot, name));
      else if (one !== undefined && other === undefined) this.#note("removed", one, below(spot, name));
      else if (one !== undefined && other !== undefined) this.compare(one, other, below(spot, name));
    }
  }

  /** Items between two that are the same in both are compared in pairs; what is left over came or went. */
  #lists(before: readonly Json[], after: readonly Json[], spot: Spot): void {
    let [left, right] = [0, 0];
    for (const [nextLeft, nextRight] of [...alignedItems(before, after), [before.length, after.length] as const]) {
      while (left < nextLeft && right < nextRight) {
        this.compare(before[left] ?? null, after[right] ?? null, below(spot, right));
        left += 1;
        right += 1;
      }
      for (; left < nextLeft; left += 1) this.#note("removed", before[left] ?? null, below(spot, left));
      for (; right < nextRight; right += 1) this.#note("added", after[right] ?? null, below(spot, right));
      left = nextLeft + 1;
      right = nextRight + 1;
    }
  }

  #note(kind: "added" | "removed", value: Json, { path }: Spot): void {
    this.changes.push(kind === "added" ? { path, kind, after: value } : { path, kind, before: value });
  }
}

const own = (value: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(value, name) ? (value[name] ?? null) : undefined;

const isSame = (a: Json, b: Json): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Positions of items that are the same in both, as a longest common subsequence. */
function alignedItems(before: readonly Json[], after: readonly Json[]): readonly (readonly [number, number])[] {
  if (before.length > MOST_ITEMS || after.length > MOST_ITEMS) return [];
  const left = before.map((item) => JSON.stringify(item));
  const right = after.map((item) => JSON.stringify(item));
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const aligned: (readonly [number, number])[] = [];
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (left[row] === right[column]) {
      aligned.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return aligned;
}
