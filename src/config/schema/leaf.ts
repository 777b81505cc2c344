import * as z from "zod";
import { parseDurationMs } from "../../kit/duration.ts";
import { type Fault, shown } from "../source/mistakes.ts";
import {
  PERCENT_PATTERN,
  SIZE_PATTERN,
  parseDecimal,
  parsePercent,
  parsePrice,
  parseSize,
  plainDecimal,
  spellDuration,
} from "../units.ts";

/** A value that a leaf does not take. `message` says what was expected and, where that is safe, what is there. */
export class Refusal implements Fault {
  readonly message: string;
  readonly fix: string;
  /** The member at fault when the value is a section: the mistake then stands at its key. */
  readonly member: string | null;

  constructor(message: string, fix: string, member: string | null = null) {
    this.message = message;
    this.fix = fix;
    this.member = member;
  }
}

/** How one value of the file is read. `json` is its JSON Schema for editors; its `$comment` is the type in docs/config.md. */
export interface LeafTerms<T> {
  readonly json: Readonly<Record<string, unknown>>;
  readonly read: (input: unknown) => T | Refusal | readonly Refusal[];
}

const isRefused = (read: unknown): read is Refusal | readonly Refusal[] =>
  read instanceof Refusal || (Array.isArray(read) && read.length > 0 && read.every((one) => one instanceof Refusal));

const readLeaf =
  <T>(read: LeafTerms<T>["read"]) =>
  (input: unknown, context: z.RefinementCtx): T => {
    const value = read(input);
    if (!isRefused(value)) return value;
    for (const { message, fix, member } of [value].flat()) {
      const path = member === null ? [] : [member];
      context.addIssue({ code: "custom", message, path, params: { fix, atKey: member !== null } });
    }
    return z.NEVER;
  };

/** A schema for one value whose mistakes are sentences with a fix. */
export const leaf = <T>({ json, read }: LeafTerms<T>) =>
  z
    .unknown()
    .transform(readLeaf(read))
    .meta({ ...json });

const expected = (what: string, input: unknown): string => `expected ${what}, not ${shown(input)}`;

/** Text of at least one and at most `max` characters; `pattern` with the words for it. */
export const text = (terms: {
  readonly what: string;
  readonly max: number;
  readonly pattern?: RegExp;
  readonly fix?: string;
}) =>
  leaf<string>({
    json: {
      type: "string",
      minLength: 1,
      maxLength: terms.max,
      ...(terms.pattern && { pattern: terms.pattern.source }),
    },
    read: (input) => {
      const fix = terms.fix ?? `write ${terms.what}; put it in quotes if it is only digits, true, false or null`;
      if (typeof input !== "string" || input.length === 0) return new Refusal(expected(terms.what, input), fix);
      if (input.length > terms.max)
        return new Refusal(`${terms.what} has at most ${terms.max} characters`, "shorten it");
      if (terms.pattern?.test(input) === false) return new Refusal(expected(terms.what, input), fix);
      return input;
    },
  });

/** The grammar of `parseDurationMs` for editors: each unit at most once, larger ones first, and at least one. */
export const DURATION_PATTERN = "^(?=.)(\\d{1,7}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?$";

/** A duration, as whole milliseconds within the bounds. */
export const duration = (bounds: { readonly min?: number; readonly max: number }) =>
  leaf<number>({
    json: { type: "string", pattern: DURATION_PATTERN, $comment: "duration" },
    read: (input) => {
      const ms = typeof input === "string" ? parseDurationMs(input) : null;
      if (ms === null)
        return new Refusal(expected("a duration", input), "write a number and its unit: 500ms, 30s, 5m, 1h30m or 14d");
      const { min = 0, max } = bounds;
      if (ms < min || ms > max) {
        return new Refusal(
          `expected a duration from ${spellDuration(min)} to ${spellDuration(max)}, not ${shown(input)}`,
          "choose one in this range",
        );
      }
      return ms;
    },
  });

const MS_PER_DAY = 86_400_000;
const MAX_DAYS = 3_650;

/** A duration of whole days, as days; `hint` ends the advice to who writes another. */
export const days = (hint: string) =>
  leaf<number>({
    json: { type: "string", pattern: DURATION_PATTERN, $comment: "duration in days" },
    read: (input) => {
      const ms = typeof input === "string" ? parseDurationMs(input) : null;
      const count = ms === null ? null : ms / MS_PER_DAY;
      if (count === null || !Number.isInteger(count) || count < 1 || count > MAX_DAYS) {
        return new Refusal(
          expected(`a number of days from 1d to ${MAX_DAYS}d`, input),
          `write it like 14d; ${hint}`,
        );
      }
      return count;
    },
  });

function percentFix(input: unknown): string {
  if (typeof input !== "number") return "write it like 5% or 0.5%";
  if (input < 0 || input > 100) return "write it like 5%";
  return input > 1
    ? `write the sign: "${input}%"`
    : `write "${Number((input * 100).toPrecision(10))}%", or "${input}%" if you mean that`;
}

/** A percentage from 0 to 100 %, or to another share, as a share. The number 0 needs no sign. */
export const percent = (most = 1) =>
  leaf<number>({
    json: { type: ["string", "number"], pattern: PERCENT_PATTERN, minimum: 0, maximum: 0, $comment: "percentage" },
    read: (input) => {
      if (input === 0) return 0;
      const share = typeof input === "string" ? parsePercent(input, most) : null;
      if (share !== null) return share;
      return new Refusal(expected(`a percentage from 0% to ${most * 100}%`, input), percentFix(input));
    },
  });

/** A size, as bytes within the bounds. */
export const size = (bounds: { readonly min: number; readonly max: number }) =>
  leaf<number>({
    json: { type: ["string", "integer"], pattern: SIZE_PATTERN, $comment: "size" },
    read: (input) => {
      const bytes =
        typeof input === "string" ? parseSize(input) : Number.isSafeInteger(input) ? (input as number) : null;
      if (bytes === null || bytes < bounds.min || bytes > bounds.max) {
        return new Refusal(
          expected(`a size from ${bounds.min} to ${bounds.max} bytes`, input),
          "write it like 512KiB or 10MiB",
        );
      }
      return bytes;
    },
  });

/** A number within the bounds. */
export const number = (bounds: {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  readonly above?: boolean;
}) => {
  const { min, max, integer = false, above = false } = bounds;
  const what = `${integer ? "a whole number" : "a number"} ${above ? "above" : "from"} ${min} ${above ? "and at most" : "to"} ${max}`;
  return leaf<number>({
    json: { type: integer ? "integer" : "number", [above ? "exclusiveMinimum" : "minimum"]: min, maximum: max },
    read: (input) => {
      const fits =
        typeof input === "number" &&
        (above ? input > min : input >= min) &&
        input <= max &&
        (!integer || Number.isInteger(input));
      return fits
        ? input
        : new Refusal(expected(what, input), `write ${what}${typeof input === "string" ? ", without quotes" : ""}`);
    },
  });
};

const PICO_PER_USD = 12;

/** An amount in USD with at most twelve decimals, above 0 and at most 9,000, as pico-dollars. */
export const usd = () =>
  leaf<number>({
    json: {
      type: ["number", "string"],
      exclusiveMinimum: 0,
      maximum: 9_000,
      pattern: "^\\d{1,4}(\\.\\d{1,12})?$",
      $comment: "USD",
    },
    read: (input) => {
      const written = typeof input === "number" ? plainDecimal(input) : input;
      const pico = typeof written === "string" ? parseDecimal(written, PICO_PER_USD) : null;
      // Statistics take it as a number, which is exact up to 9,007 USD.
      if (pico === null || pico <= 0n || pico > 9_000n * 10n ** 12n)
        return new Refusal(
          expected("an amount in USD above 0 and at most 9000", input),
          "write a plain decimal, for example 0.05",
        );
      return Number(pico);
    },
  });

/** A price in USD per million tokens with at most six decimals, as pico-dollars per token; exact. */
export const price = (unit = "USD per million tokens") =>
  leaf<bigint>({
    json: {
      type: ["number", "string"],
      minimum: 0,
      pattern: "^\\d{1,7}(\\.\\d{1,6})?$",
      $comment: unit,
    },
    read: (input) => {
      const pico = typeof input === "number" || typeof input === "string" ? parsePrice(input) : null;
      return (
        pico ??
        new Refusal(
          expected(`a price in ${unit}`, input),
          "write a plain decimal with at most 6 decimals, for example 2.50",
        )
      );
    },
  });
