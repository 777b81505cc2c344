import type { Headers } from "../../../ports/provider.ts";

const ALLOWED: ReadonlySet<string> = new Set([
  "content-type",
  "retry-after",
  "retry-after-ms",
  "x-request-id",
  "request-id",
  "openai-processing-ms",
  // Of the limits that it tells: their resets count from the provider's own time.
  "date",
]);
const ALLOWED_PREFIXES = ["x-ratelimit-", "anthropic-ratelimit-", "ratelimit"];

/** Bounds on what a provider can make us carry along. */
const MOST_HEADERS = 32;
const PRINTABLE = /^[\u0020-\u007e]{0,256}$/;

/**
 * What of a provider's answer may be seen further up: an allow-list of names, values of at most 256
 * printable ASCII characters, the first of a repeated header.
 */
export function answerHeaders(received: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const kept: Record<string, string> = {};
  let count = 0;
  for (const name in received) {
    if (!ALLOWED.has(name) && !ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const given = received[name];
    const value = typeof given === "string" ? given : given?.[0];
    if (value === undefined || !PRINTABLE.test(value)) continue;
    if ((count += 1) > MOST_HEADERS) break;
    kept[name] = value;
  }
  return kept;
}
