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
  // What Bedrock counts of texts to make vectors of, where the model's own answer does not say.
  "x-amzn-bedrock-input-token-count",
]);
const ALLOWED_PREFIXES = ["x-ratelimit-", "anthropic-ratelimit-", "ratelimit"];

/** Bounds on what a provider can make us carry along. */
const MOST_HEADERS = 32;
const PRINTABLE = /^[\u0020-\u007e]{0,256}$/;

/**
 * What of a provider's answer, a flat list of names and values, may be seen further up: an allow-list of names, values of at most 256
 * printable ASCII characters, the first of a repeated header.
 */
export function answerHeaders(received: readonly string[]): Headers {
  const kept: Record<string, string> = {};
  let count = 0;
  for (let index = 0; index < received.length; index += 2) {
    const [name = "", value = ""] = [received[index], received[index + 1]];
    if (!ALLOWED.has(name) && !ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    if (kept[name] !== undefined || !PRINTABLE.test(value)) continue;
    if ((count += 1) > MOST_HEADERS) break;
    kept[name] = value;
  }
  return kept;
}
