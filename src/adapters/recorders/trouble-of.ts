import { RollwardError } from "../../domain/errors.ts";

/** Why a write failed, as a clause for people; what is not one of ours may quote a statement and is left out. */
export function troubleOf(error: unknown): string {
  if (!(error instanceof RollwardError)) return "the store does not take what is written";
  return String(error.details["reason"] ?? error.message);
}
