import { RollwardError } from "../../../domain/errors.ts";
import type { FailureCode } from "./transport-failure.ts";

/** How far an exchange had come when the transport failed. */
export type Progress = "connecting" | "sent" | "answering";

/** Which exchange failed. */
export interface FailedExchange {
  readonly provider: string;
  readonly connectMs: number;
  readonly progress: Progress;
}

const OWN_REASONS: Readonly<Record<FailureCode, string>> = {
  ROLLWARD_CLOSED: "the connection was closed",
  ROLLWARD_OUT_OF_SERVICE: "the provider was taken out of service",
  ROLLWARD_NO_HTTP: "it breaks the HTTP protocol",
  ROLLWARD_HEAD_TOO_LARGE: "its headers are larger than 16 KiB, or too many",
  ROLLWARD_TOO_MANY_INFORMATIONAL: "more than 32 informational answers came before it",
  ROLLWARD_UPGRADE: "it changes the protocol, which was not asked for",
};

const REASONS: Readonly<Record<string, string>> = {
  ...OWN_REASONS,
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "the lookup of its host name failed",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ROLLWARD_PROXY_AWAY: "the proxy (HTTPS_PROXY, HTTP_PROXY) could not be reached",
  ROLLWARD_PRIVATE_ADDRESS: "its host name resolves to a private address; `allow_private` would permit that",
};

/** What comes before a head and is no HTTP. */
const NO_HTTP: ReadonlySet<string> = new Set<FailureCode>([
  "ROLLWARD_NO_HTTP",
  "ROLLWARD_HEAD_TOO_LARGE",
  "ROLLWARD_TOO_MANY_INFORMATIONAL",
]);

/**
 * A failure of the transport as an error of the table, by how far the exchange had come. What has no code is a
 * fault of our own (`internal`), or already one of the table.
 */
export function transportError(error: Error, { provider, connectMs, progress }: FailedExchange): RollwardError {
  const code = codeOf(error);
  if (code === null) return RollwardError.from(error);
  const details = { provider, reason: reasonOf(code) };
  if (progress === "answering") return new RollwardError("provider_cut", details, error);
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && progress === "connecting")) {
    return new RollwardError("provider_timeout", { provider, phase: "connecting", limitMs: connectMs }, error);
  }
  return new RollwardError(NO_HTTP.has(code) ? "provider_bad_answer" : "provider_unreachable", details, error);
}

const PROXY_STATUS = /^ROLLWARD_PROXY_(\d{3})$/;

const CODE = /^[A-Z0-9_]{1,64}$/;

function codeOf(error: Error): string | null {
  const code: unknown = "code" in error ? error.code : null;
  return typeof code === "string" && CODE.test(code) ? code : null;
}

function reasonOf(code: string): string {
  const known = REASONS[code];
  if (known !== undefined) return known;
  const refused = PROXY_STATUS.exec(code)?.[1];
  if (refused !== undefined)
    return `the proxy (HTTPS_PROXY, HTTP_PROXY) answered ${refused}; NO_PROXY names what goes without it`;
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) return `the TLS connection failed (${code})`;
  return `the connection failed (${code})`;
}
