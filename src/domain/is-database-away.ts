import { RollwardError } from "./errors.ts";

/** Whether an error says that the database cannot be used now. */
export const isDatabaseAway = (error: unknown): error is RollwardError =>
  error instanceof RollwardError && error.code === "database_unavailable";
