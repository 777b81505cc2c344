import type { ErrorCode } from "../domain/errors.ts";
import type { RollwardError } from "../domain/errors.ts";

/** Where flags are asked for, see https://openfeature.dev/docs/reference/other-technologies/ofrep. */
export const OFREP_FLAGS = "/ofrep/v1/evaluate/flags";

/** Error codes of OFREP 0.3.0. */
export type OfrepCode = "PARSE_ERROR" | "TARGETING_KEY_MISSING" | "INVALID_CONTEXT" | "GENERAL" | "FLAG_NOT_FOUND";

/** The body of a failure: with the flag that was asked for, or without one where all were. */
export interface OfrepFailure {
  readonly key?: string;
  readonly errorCode: OfrepCode;
  readonly errorDetails: string;
}

const CODES: Partial<Record<ErrorCode, OfrepCode>> = { malformed_json: "PARSE_ERROR" };

/** Longest name of a flag that an answer repeats, characters. */
const MOST_REPEATED = 100;

/** Whether an address is one of OFREP's, whatever its query. */
export const isOfrep = (url: string): boolean => url.startsWith("/ofrep/");

/** An error in the form of OFREP, for a request of this address. */
export function ofrepFailure(error: RollwardError, url: string): OfrepFailure {
  const key = flagIn(url);
  const help = error.status >= 500 ? "" : ` ${error.help}`;
  return {
    ...(key !== null && { key }),
    errorCode: CODES[error.code] ?? "GENERAL",
    errorDetails: `${error.message}${help}`,
  };
}

/** The flag that an address names; `null` where it asks for all. */
function flagIn(url: string): string | null {
  const [path = ""] = url.split("?", 1);
  if (!path.startsWith(`${OFREP_FLAGS}/`)) return null;
  const written = path.slice(OFREP_FLAGS.length + 1, OFREP_FLAGS.length + 1 + MOST_REPEATED);
  try {
    return decodeURIComponent(written).toWellFormed();
  } catch {
    return written;
  }
}
