import { RollwardError } from "../../../../domain/errors.ts";

/** Refuses a canonical request for a field that the Messages API has no place for, by the name that clients know. */
export const untranslatable = (field: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field, provider, param: field });
