import type { JsonObject } from "../../json.ts";
import type { Checked, Run } from "./run.ts";

/** Tells whether a text fits a pattern, in linear time. Throws `Unchecked` for a pattern it cannot read. */
export type Fits = (pattern: string, text: string) => boolean;

/** Lengths in characters (code points), `pattern`, and the formats that a plain look can judge. */
export function checkText(run: Run, schema: JsonObject, { value, place, fits }: CheckedText): boolean {
  const { minLength, maxLength, pattern, format } = schema;
  if (typeof minLength === "number" || typeof maxLength === "number") {
    run.spend(1 + value.length / 100);
    const length = charactersIn(value);
    if (typeof minLength === "number" && length < minLength) return run.fault(place, "it is too short");
    if (typeof maxLength === "number" && length > maxLength) return run.fault(place, "it is too long");
  }
  if (typeof pattern === "string" && !fits(pattern, value)) return run.fault(place, "it does not match the pattern");
  if (typeof format !== "string" || !Object.hasOwn(FORMATS, format)) return true;
  const isGood = value.length <= 64 && FORMATS[format]?.test(value) === true;
  return isGood ? true : run.fault(place, `it is no ${format}`);
}

/** A text with what matches patterns. */
export interface CheckedText extends Checked<string> {
  readonly fits: Fits;
}

function charactersIn(text: string): number {
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const isPair = (text.charCodeAt(index) & 0xfc00) === 0xdc00 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
    if (isPair) count -= 1;
  }
  return count;
}

const DATE = "\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])";
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d{1,12})?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

/** RFC 3339 and RFC 9562; every other format is a remark. No alternative can match in two ways, so none backtracks. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${DATE}$`),
  time: new RegExp(`^${TIME}$`),
  "date-time": new RegExp(`^${DATE}[Tt ]${TIME}$`),
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
};
