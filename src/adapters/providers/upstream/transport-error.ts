import { errors } from "undici";
import { RollwardError } from "../../../domain/errors.ts";

/** How far an exchange had come when the transport failed. */
export type Progress = "connecting" | "sent" | "answering";

/** Which exchange failed. */
export interface FailedExchange {
  readonly provider: string;
  readonly connectMs: number;
  readonly progress: Progress;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "the lookup of its host name failed",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ROLLWARD_PRIVATE_ADDRESS: "its host name resolves to a private address; `allow_private` would permit that",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_DESTROYED: "the provider was taken out of service",
  UND_ERR_CLOSED: "the provider was taken out of service",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "its length is not the announced one",
  UND_ERR_HTTP_PARSER: "it breaks the HTTP protocol",
  UND_ERR_HEADERS_OVERFLOW: "its headers are larger than 16 KiB",
};

/** What comes before a head and is no HTTP. */
const NO_HTTP: ReadonlySet<string> = new Set([
  "UND_ERR_HTTP_PARSER",
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/**
 * A failure of undici or the socket as an error of the table, by how far the exchange had come. What has
 * no code is a fault of our own (`internal`), or already one of the table.
 */
export function transportError(error: Error, { provider, connectMs, progress }: FailedExchange): RollwardError {
  const code = codeOf(error);
  if (code === null) return RollwardError.from(error);
  const details = { provider, reason: reasonOf(code) };
  const cause = causeOf(error);
  if (progress === "answering") return new RollwardError("provider_cut", details, cause);
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && progress === "connecting")) {
    return new RollwardError("provider_timeout", { provider, phase: "connecting", limitMs: connectMs }, cause);
  }
  return new RollwardError(NO_HTTP.has(code) ? "provider_bad_answer" : "provider_unreachable", details, cause);
}

const CODE = /^[A-Z0-9_]{1,64}$/;

function codeOf(error: Error): string | null {
  if (error instanceof errors.HTTPParserError) return "UND_ERR_HTTP_PARSER";
  const code: unknown = "code" in error ? error.code : null;
  return typeof code === "string" && CODE.test(code) ? code : null;
}

function reasonOf(code: string): string {
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) return `the TLS connection failed (${code})`;
  return `the connection failed (${code})`;
}

/** A parser's error carries bytes of the answer, which must not reach a log: only its words are kept. */
const causeOf = (error: Error): Error => (error instanceof errors.HTTPParserError ? new Error(error.message) : error);
