import { RollwardError } from "../../../domain/errors.ts";
import { isQuota, refusalKind } from "../../../domain/health/refusal-kind.ts";
import { askedWaitMs } from "../../../kit/backoff.ts";
import type { Headers } from "../../../ports/provider.ts";

/** What is needed to turn an error answer into an error of the table. */
export interface FaultTerms {
  readonly provider: string;
  readonly keyEnv: string | null;
  /** Texts that must never be repeated. */
  readonly secrets: readonly string[];
}

/** Longest text of a provider that is repeated in an error, characters. */
const REASON_CHARACTERS = 500;
/** Shorter settings are words, not secrets. */
const SECRET_CHARACTERS = 8;

/** A provider's error answer: lower-case header names, and what there is of the body. */
export interface ErrorAnswer {
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * A provider's error answer as an error of the table. What the same provider may answer on another try
 * (408, 409, 425, 429, 5xx) is retryable; what it would refuse again is not. 402, or a 429 that says so, means
 * that the account behind our key cannot pay, so it counts as our credentials. How long the provider asks to be
 * left alone goes along as `retryAfterMs`, for people as `retryAfter`.
 */
export function faultOf(terms: FaultTerms, status: number, answer: ErrorAnswer): RollwardError {
  const { provider } = terms;
  const { body } = answer;
  const explanation = explanationIn(body);
  if (status === 401 || status === 402 || status === 403 || (status === 429 && isQuota(explanation.codes))) {
    return new RollwardError("provider_credentials", {
      provider,
      status,
      variable: terms.keyEnv ?? "that holds the provider's key",
      ...waitOf(answer),
    });
  }
  if (status === 429) return new RollwardError("provider_rate_limited", { provider, status, ...waitOf(answer) });
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    return new RollwardError("provider_error", { provider, status, ...waitOf(answer) });
  }
  if (status < 400) {
    const reason = `it has the status ${status}; redirects are not followed`;
    return new RollwardError("provider_bad_answer", { provider, reason, status });
  }
  const mayBeKind = status === 400 || status === 413 || status === 422;
  const kind = mayBeKind ? refusalKind(explanation.codes, explanation.message) : "other";
  const reason = clean(redact(explanation.message, terms.secrets));
  const param = fieldOrNull(redact(explanation.param, terms.secrets));
  return new RollwardError(REFUSALS[kind], {
    provider,
    status,
    reason: reason === "" ? `it answered ${status}.` : reason,
    ...(param === null ? {} : { param }),
  });
}

const REFUSALS = {
  "context-overflow": "provider_context_overflow",
  "content-policy": "provider_content_policy",
  other: "provider_refused_request",
} as const;

function waitOf({ headers }: ErrorAnswer): { readonly retryAfterMs?: number; readonly retryAfter?: string } {
  const retryAfterMs = askedWaitMs(headers, Date.now());
  const told = headers["retry-after"];
  return {
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(told !== undefined && { retryAfter: told.slice(0, 64) }),
  };
}

interface Explanation {
  readonly message: string;
  readonly param: string;
  /** Every machine-readable word on the kind of error: `error.code`, `error.type`, Azure's inner code. */
  readonly codes: readonly string[];
}

/** Finds the words in the forms in use: OpenAI's `error.message`, a plain `error` or `message`, FastAPI's `detail`. */
function explanationIn(body: Buffer): Explanation {
  const text = body.toString("utf8");
  const parsed = parsedOrNull(text);
  if (!isRecord(parsed))
    return { message: /^\s*</.test(text) ? "it answered with a web page." : text, param: "", codes: [] };
  const error = isRecord(parsed["error"]) ? parsed["error"] : parsed;
  const detail: unknown = Array.isArray(error["detail"]) ? error["detail"][0] : error["detail"];
  const message = [error["message"], parsed["error"], detail, isRecord(detail) ? detail["msg"] : null];
  const param = error["param"];
  return {
    message: message.find((candidate) => typeof candidate === "string") ?? "",
    param: typeof param === "string" ? param : "",
    codes: [error["code"], error["type"], recordOf(error["innererror"])["code"]].filter(
      (code) => typeof code === "string",
    ),
  };
}

const FIELD = /^[A-Za-z_][\w.[\]-]{0,99}$/;

/** A field of the request is named only when it looks like one; what was redacted does not. */
const fieldOrNull = (param: string): string | null => (FIELD.test(param) ? param : null);

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

function redact(text: string, secrets: readonly string[]): string {
  let clear = text;
  for (const secret of secrets) {
    if (secret.length >= SECRET_CHARACTERS) clear = clear.replaceAll(secret, "[redacted]");
  }
  return clear;
}

/** Without control characters and characters that turn the direction of writing; cut to one readable length. */
function clean(text: string): string {
  const plain = text.replace(/[\u0000-\u0020\u007f-\u00a0\u2028-\u202e\u2066-\u2069]+/g, " ").trim();
  return plain.slice(0, REASON_CHARACTERS).toWellFormed();
}
