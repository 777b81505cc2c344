import { RollwardError } from "../../../domain/errors.ts";

/** Compared with package.json by a test. */
const USER_AGENT = "rollward/0.1.0";

/** Set by us or by the connection; settings may not change them. */
const OURS: ReadonlySet<string> = new Set([
  "content-type",
  "accept",
  "accept-encoding",
  "user-agent",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "host",
  "te",
  "trailer",
  "expect",
  "proxy-authorization",
  "cookie",
]);

const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\u0020-\u007e]*$/;

/**
 * The headers of every request as a flat list of names and values: nothing of a client's request is
 * among them. Throws `invalid_request` for a name or value that cannot be sent; values are never shown.
 */
export function requestHeaders({
  name,
  apiKey,
  headers,
}: {
  readonly name: string;
  readonly apiKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
}): string[] {
  const sent = new Map([
    ["content-type", "application/json"],
    ["accept", "application/json, text/event-stream"],
    ["accept-encoding", "identity"],
    ["user-agent", USER_AGENT],
  ]);
  if (apiKey !== null) sent.set("authorization", `Bearer ${apiKey}`);
  for (const [given, value] of Object.entries(headers)) {
    const header = given.toLowerCase();
    if (OURS.has(header) || sent.has(header)) throw refusal(name, `the header ${header} is set by Rollward`);
    if (!NAME.test(header)) throw refusal(name, "a header has a name that cannot be sent");
    sent.set(header, value);
  }
  for (const [header, value] of sent) {
    if (!VALUE.test(value)) throw refusal(name, `the header ${header} has characters that cannot be sent`);
  }
  return [...sent].flat();
}

/**
 * The headers for one operation of several: the content type is that of its body, and any kind of answer is taken.
 * Throws `invalid_request` for a content type that cannot be sent.
 */
export function addressedHeaders(
  headers: readonly string[],
  method: string,
  contentType = "application/json",
): string[] {
  if (!VALUE.test(contentType))
    throw new RollwardError("invalid_request", { reason: "The content type cannot be sent." });
  const own = new Map<string, string>();
  for (let index = 0; index < headers.length; index += 2) own.set(headers[index] ?? "", headers[index + 1] ?? "");
  own.set("accept", "*/*");
  if (method === "POST") own.set("content-type", contentType);
  else own.delete("content-type");
  return [...own].flat();
}

const refusal = (provider: string, why: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `The provider ${provider} cannot be used: ${why}.` });
