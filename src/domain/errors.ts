import { ACCESS_ERRORS } from "./error-table/access.ts";
import { DELIVERY_ERRORS } from "./error-table/delivery.ts";
import { LOAD_ERRORS } from "./error-table/load.ts";
import { MACHINE_ERRORS } from "./error-table/machine.ts";
import { PROVIDER_ERRORS } from "./error-table/provider.ts";
import { REQUEST_ERRORS } from "./error-table/request.ts";
import type { ErrorRow } from "./error-table/row.ts";

/** The tables by what they are about, in the order of `docs/errors.md`, which is generated from them. */
export const ERROR_TABLES = {
  "Who is asking": ACCESS_ERRORS,
  "What is asked": REQUEST_ERRORS,
  Load: LOAD_ERRORS,
  "What the provider did": PROVIDER_ERRORS,
  "Releases and rollouts": DELIVERY_ERRORS,
  "The machine": MACHINE_ERRORS,
} as const;

/** Every error a user can meet: what happened (`message`, with `{placeholders}`) and what to do (`help`). */
export const ERRORS = {
  ...ACCESS_ERRORS,
  ...REQUEST_ERRORS,
  ...LOAD_ERRORS,
  ...PROVIDER_ERRORS,
  ...DELIVERY_ERRORS,
  ...MACHINE_ERRORS,
} as const satisfies Record<string, ErrorRow>;

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

/** Values for the `{placeholders}` of a message and its help. */
export type ErrorDetails = Readonly<Record<string, string | number | null>>;

const fill = (text: string, details: ErrorDetails): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? "?"));

/** The one error class. An edge turns it into the error body of the client's dialect. */
export class RollwardError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly help: string;
  readonly details: ErrorDetails;

  /** `details` fill the placeholders; `param` in them names the request field at fault; `cause` is kept for logs. */
  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    const row: ErrorRow = ERRORS[code];
    super(fill(row.message, details), cause === undefined ? undefined : { cause });
    this.name = "RollwardError";
    this.code = code;
    this.status = row.status;
    this.retryable = row.retryable;
    this.help = fill(row.help, details);
    this.details = details;
  }

  /** Any thrown value as one of ours: what is not becomes `internal` with the cause kept. */
  static from(thrown: unknown): RollwardError {
    return thrown instanceof RollwardError ? thrown : new RollwardError("internal", {}, thrown);
  }
}
