import type { JsonObject } from "../../json.ts";
import type { Checked, Run } from "./run.ts";

/** Bounds of a number; draft 4 has `exclusiveMinimum: true` beside `minimum`. */
export function checkNumber(run: Run, schema: JsonObject, { value, place }: Checked<number>): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const isBelow =
    (typeof minimum === "number" && (value < minimum || (exclusiveMinimum === true && value === minimum))) ||
    (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum);
  if (isBelow) return run.fault(place, "it is too small");
  const isAbove =
    (typeof maximum === "number" && (value > maximum || (exclusiveMaximum === true && value === maximum))) ||
    (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum);
  if (isAbove) return run.fault(place, "it is too large");
  if (typeof multipleOf === "number" && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    return run.fault(place, `it is not a multiple of ${multipleOf}`);
  }
  return true;
}

/** With room for the rounding of decimal fractions: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return !Number.isFinite(times) || Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}
