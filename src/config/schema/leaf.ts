import * as z from "zod";
import { type Fault, shown } from "../source/mistakes.ts";
import { DURATION_PATTERN, PERCENT_PATTERN, SIZE_PATTERN, formatDuration, parseDuration, parsePercent, parsePrice, parseSize } from "../units.ts";

/** A value that a leaf does not take. `message` says what was expected; the value itself is added where `shows`. */
export class Refusal implements Fault {
  readonly message: string;
  readonly fix: string;

  constructor(message: string, fix: string) {
    this.message = message;
    this.fix = fix;
  }
}

/** How one value of the file is read. `json` is its JSON Schema for editors. */
export interface LeafTerms<T> {
  readonly json: Readonly<Record<string, unknown>>;
  readonly read: (input: unknown) => T | Refusal;
}

const readLeaf =
  <T>(read: LeafTerms<T>["read"]) =>
  (input: unknown, context: z.RefinementCtx): T => {
    const value = read(input);
    if (!(value instanceof Refusal)) return value;
    const { message, fix } = value;
    context.addIssue({ code: "custom", message, params: { fix, missing: input === undefined } });
    return z.NEVER;
  };

/** A schema for one value whose mistakes are sentences with a fix. */
export const leaf = <T>({ json, read }: LeafTerms<T>) => z.unknown().transform(readLeaf(read)).meta({ ...json });

const expected = (what: string, input: unknown): string => `expected ${what}, not ${shown(input)}`;

/** Text of at least one and at most `max` characters; `pattern` with the words for it. */
export const text = (terms: { readonly what: string; readonly max: number; readonly pattern?: RegExp; readonly fix?: string }) =>
  leaf<string>({
    json: { type: "string", minLength: 1, maxLength: terms.max, ...(terms.pattern && { pattern: terms.pattern.source }) },
    read: (input) => {
      const fix = terms.fix ?? `write ${terms.what}; put it in quotes if it is only digits, true, false or null`;
      if (typeof input !== "string" || input.length === 0) return new Refusal(expected(terms.what, input), fix);
      if (input.length > terms.max) return new Refusal(`${terms.what} has at most ${terms.max} characters`, "shorten it");
      if (terms.pattern?.test(input) === false) return new Refusal(expected(terms.what, input), fix);
      return input;
    },
  });

/** A duration, as whole milliseconds within the bounds. */
export const duration = (bounds: { readonly min?: number; readonly max: number }) =>
  leaf<number>({
    json: { type: "string", pattern: DURATION_PATTERN },
    read: (input) => {
      const ms = typeof input === "string" ? parseDuration(input) : null;
      if (ms === null) return new Refusal(expected("a duration", input), "write a number and its unit: 500ms, 30s, 5m, 2h or 14d");
      const { min = 0, max } = bounds;
      if (ms < min || ms > max) {
        return new Refusal(`expected a duration from ${formatDuration(min)} to ${formatDuration(max)}, not ${shown(input)}`, "choose one in this range");
      }
      return ms;
    },
  });

const MS_PER_DAY = 86_400_000;
const MAX_DAYS = 3_650;

/** A duration of whole days, as days. */
export const days = () =>
  leaf<number>({
    json: { type: "string", pattern: DURATION_PATTERN },
    read: (input) => {
      const ms = typeof input === "string" ? parseDuration(input) : null;
      const count = ms === null ? null : ms / MS_PER_DAY;
      if (count === null || !Number.isInteger(count) || count < 1 || count > MAX_DAYS) {
        return new Refusal(expected(`a number of days from 1d to ${MAX_DAYS}d`, input), "write it like 14d; `record: facts` keeps no bytes at all");
      }
      return count;
    },
  });

/** A percentage, as a share in [0, 1]. The number 0 needs no sign. */
export const percent = () =>
  leaf<number>({
    json: { type: ["string", "number"], pattern: PERCENT_PATTERN, maximum: 0 },
    read: (input) => {
      if (input === 0) return 0;
      const share = typeof input === "string" ? parsePercent(input) : null;
      if (share !== null) return share;
      const fix = typeof input === "number" ? `write the sign: ${input}%, or ${Number((input * 100).toPrecision(10))}% if you mean the share` : "write it like 5% or 0.5%";
      return new Refusal(expected("a percentage from 0% to 100%", input), fix);
    },
  });

/** A size, as bytes within the bounds. */
export const size = (bounds: { readonly min: number; readonly max: number }) =>
  leaf<number>({
    json: { type: ["string", "integer"], pattern: SIZE_PATTERN },
    read: (input) => {
      const bytes = typeof input === "string" ? parseSize(input) : Number.isSafeInteger(input) ? (input as number) : null;
      if (bytes === null || bytes < bounds.min || bytes > bounds.max) {
        return new Refusal(expected(`a size from ${bounds.min} to ${bounds.max} bytes`, input), "write it like 512KiB or 10MiB");
      }
      return bytes;
    },
  });

/** A number within the bounds. */
export const number = (bounds: { readonly min: number; readonly max: number; readonly integer?: boolean; readonly above?: boolean }) => {
  const { min, max, integer = false, above = false } = bounds;
  const what = `${integer ? "a whole number" : "a number"} ${above ? "above" : "from"} ${min} ${above ? "and at most" : "to"} ${max}`;
  return leaf<number>({
    json: { type: integer ? "integer" : "number", [above ? "exclusiveMinimum" : "minimum"]: min, maximum: max },
    read: (input) => {
      const fits = typeof input === "number" && (above ? input > min : input >= min) && input <= max && (!integer || Number.isInteger(input));
      return fits ? input : new Refusal(expected(what, input), `write ${what}${typeof input === "string" ? ", without quotes" : ""}`);
    },
  });
};

/** A price in USD per million tokens with at most six decimals, as pico-dollars per token; exact. */
export const price = () =>
  leaf<bigint>({
    json: { type: ["number", "string"], minimum: 0, pattern: "^\\d{1,7}(\\.\\d{1,6})?$" },
    read: (input) => {
      const pico = typeof input === "number" || typeof input === "string" ? parsePrice(input) : null;
      return pico ?? new Refusal(expected("a price in USD per million tokens", input), "write a plain decimal with at most 6 decimals, for example 2.50");
    },
  });
