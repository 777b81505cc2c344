import type { Json, JsonObject } from "../../json.ts";

/** Where a value stands; made into a JSON pointer (RFC 6901) only for what is reported. */
export interface Place {
  readonly parent: Place | null;
  readonly key: string | number;
}

/** A value and where it stands. */
export interface Checked<V extends Json = Json> {
  readonly value: V;
  readonly place: Place | null;
}

/** What does not fit, and where. */
export interface SchemaFault {
  /** JSON pointer into the value; "" is the whole of it. */
  readonly at: string;
  /** For people; names members and types, never the value itself. */
  readonly detail: string;
}

/** Steps that one check may take: about 50 ms, and enough for 200 KB of JSON. */
const MOST_STEPS = 100_000;
/** Levels of schema and value together: references in a circle end here. */
const MOST_LEVELS = 300;

/** Thrown when a check cannot be finished; the answer is then neither good nor bad. */
export class Unchecked extends Error {}

/** Checks a value against a part of a schema. */
export type Descend = (schema: Json, value: Json, place: Place | null) => boolean;

/** One check under way: what it has found, and how much work it may still do. */
export class Run {
  readonly faults: SchemaFault[] = [];
  readonly #mostFaults: number;
  #steps = MOST_STEPS;
  #levels = 0;
  #quiet = 0;

  constructor(mostFaults: number) {
    this.#mostFaults = mostFaults;
  }

  /** Charges work before it is done. Throws `Unchecked`. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new Unchecked("it takes too much work");
  }

  /** One level deeper. Throws `Unchecked`. */
  within(check: () => boolean): boolean {
    if (this.#levels >= MOST_LEVELS) throw new Unchecked("it is nested too deeply");
    this.#levels += 1;
    try {
      return check();
    } finally {
      this.#levels -= 1;
    }
  }

  /** For alternatives: what does not fit one of them is not told. */
  quietly(check: () => boolean): boolean {
    this.#quiet += 1;
    try {
      return check();
    } finally {
      this.#quiet -= 1;
    }
  }

  /** Notes a fault; always `false`, which is what the check that found it answers. */
  fault(place: Place | null, detail: string): false {
    if (this.#quiet === 0 && this.faults.length < this.#mostFaults) this.faults.push({ at: pointerOf(place), detail });
    return false;
  }
}

/** RFC 6901. */
export function pointerOf(place: Place | null): string {
  const keys: string[] = [];
  for (let at = place; at !== null; at = at.parent) {
    keys.push(String(at.key).replaceAll("~", "~0").replaceAll("/", "~1"));
  }
  return keys.length === 0 ? "" : `/${keys.toReversed().join("/")}`;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A name for a sentence. */
export const named = (name: string): string => JSON.stringify(name.length <= 60 ? name : `${name.slice(0, 59).toWellFormed()}…`);

/** Whether two values are the same JSON, whatever the order of members; charges as it goes. */
export function isSame(run: Run, one: Json, other: Json): boolean {
  run.spend(1);
  if (one === other) return true;
  if (isList(one)) {
    return (
      isList(other) &&
      one.length === other.length &&
      run.within(() => one.every((item, index) => isSame(run, item, other[index] ?? null)))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return run.within(() =>
    names.every((name) => Object.hasOwn(other, name) && isSame(run, one[name] ?? null, other[name] ?? null)),
  );
}
