import pg from "pg";
import { RollwardError } from "../../../domain/errors.ts";

/**
 * Classes of SQLSTATE that say something about the server and not about the statement: connection (08),
 * credentials (28), no such database (3D), resources such as a full disk (53), intervention (57), system (58).
 */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(["08", "28", "3D", "53", "57", "58"]);

/** A quota or a limit on the size of files: for PostgreSQL these are internal errors, and to us a full disk. */
const NO_ROOM = [": File too large", ": Disk quota exceeded", ": Disc quota exceeded"];

const saysUnavailable = ({ code, message }: pg.DatabaseError): boolean =>
  UNAVAILABLE_CLASSES.has(code?.slice(0, 2) ?? "") || NO_ROOM.some((end) => message.endsWith(end));

/** The database cannot be used now; `reason` is a clause without a full stop. */
export const unavailable = (reason: string, cause?: unknown): RollwardError =>
  new RollwardError("database_unavailable", { reason }, cause);

/**
 * A failure of the driver as one of the table: what says that the database cannot be used is a
 * `database_unavailable` with the cause kept; what the statement itself did wrong stays as it is.
 */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RollwardError) return error;
  if (error instanceof pg.DatabaseError) {
    return saysUnavailable(error) ? unavailable(error.message, error) : error;
  }
  // Mistakes of ours; everything else that the driver throws is about its connection.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return unavailable(reasonOf(error), error);
}

/** Several addresses of one host fail together, with an empty message. */
function reasonOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return (first instanceof Error ? first.message : String(first)).trim() || "the connection failed";
}

/** The name of the unique constraint or index that a statement broke, or `null`. */
export const brokenConstraint = (error: unknown): string | null =>
  error instanceof pg.DatabaseError && error.code === "23505" ? (error.constraint ?? "") : null;

/** Whether two transactions got into each other's way and one of them was chosen to fail. */
export const isSerializationFailure = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === "40001" || error.code === "40P01");
