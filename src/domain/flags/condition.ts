import type { JsonObject } from "../json.ts";
import { Matching } from "./matching.ts";

/**
 * What conditions look at: any JSON object. Only its own members count, so that names such as `__proto__` mean
 * nothing more than other names.
 */
export type EvaluationContext = JsonObject;

/** A value that an attribute can be compared with. */
export type Scalar = string | number | boolean;

/** Bounds of an ordered value; a bound that is absent bounds nothing. */
export interface Range<T> {
  /** Greater than. */
  readonly above?: T;
  /** Greater than or equal. */
  readonly least?: T;
  /** Less than or equal. */
  readonly most?: T;
  /** Less than. */
  readonly below?: T;
}

/**
 * What an attribute is held against. Texts are compared as they are, letter by letter. `number` also takes the decimal
 * text of a number, as headers have it; `instant` bounds are epoch milliseconds and the attribute is text as in RFC
 * 3339; `version` compares by semver.org 2.0.0, missing parts being 0.
 */
export type AttributeTest =
  | { readonly type: "exists"; readonly expected: boolean }
  | { readonly type: "one-of"; readonly values: readonly Scalar[] }
  | { readonly type: "contains" | "starts-with" | "ends-with"; readonly texts: readonly string[] }
  | { readonly type: "matches"; readonly pattern: string }
  | { readonly type: "number" | "instant"; readonly range: Range<number> }
  | { readonly type: "version"; readonly range: Range<string> & { readonly equals?: string } };

/**
 * A condition on a context, as plain data that can be stored. `attribute` names a member, or with dots a member of a
 * member; all its tests must hold. Of an attribute that is a list one item must pass a test; `contains` asks there for
 * an item that is equal. An attribute that is missing passes nothing but `exists: false`.
 */
export type Condition =
  | { readonly type: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly type: "not"; readonly of: Condition }
  | { readonly type: "segment"; readonly name: string }
  | { readonly type: "attribute"; readonly attribute: string; readonly tests: readonly AttributeTest[] };

/** Conditions with a name that others may use. */
export type Segments = ReadonlyMap<string, Condition>;

const NO_SEGMENTS: Segments = new Map();

/**
 * Whether a condition holds for a context. Total: any JSON object has an answer and nothing is thrown. A segment that
 * is not known, or that needs itself, holds for nobody; configuration refuses both.
 */
export const matches = (condition: Condition, context: EvaluationContext, segments: Segments = NO_SEGMENTS): boolean =>
  new Matching(context, segments).holds(condition);
