import type { Headers } from "../../../ports/provider.ts";

const ALLOWED: ReadonlySet<string> = new Set(["content-type", "retry-after", "x-request-id", "openai-processing-ms"]);
const ALLOWED_PREFIX = "x-ratelimit-";

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
    if (!ALLOWED.has(name) && !name.startsWith(ALLOWED_PREFIX)) continue;
    const given = received[name];
    const value = typeof given === "string" ? given : given?.[0];
    if (value === undefined || !PRINTABLE.test(value)) continue;
    if ((count += 1) > MOST_HEADERS) break;
    kept[name] = value;
  }
  return kept;
}
