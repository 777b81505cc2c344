import type { Vectors } from "../../../domain/call/embedding.ts";

/** A member of what may be an object, or of nothing at all. */
export const memberOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );

/** The items of a list; none where it is no list. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Lists of numbers; `null` where anything else is among them. */
export const vectorsIn = (values: readonly unknown[]): Vectors | null => (values.every(isVector) ? values : null);

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => Number.isFinite(each));

/** A count of tokens; `null` where there is none. */
export const countIn = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
