import type { IncomingMessage } from "node:http";
import { RollwardError } from "../domain/errors.ts";

/** Headers that we act on: a second one, or a twin spelled with underscores, would have two meanings. */
const SINGLE = new Set([
  "host",
  "authorization",
  "x-api-key",
  "content-type",
  "x-rollward-session",
  "x-rollward-preview",
]);
const GUARDED = new Set([...SINGLE, "content-length", "transfer-encoding", "content-encoding"]);

const malformed = (reason: string): RollwardError => new RollwardError("malformed_http", { reason });

/**
 * What Node's parser lets pass and a gateway must not: everything that a proxy in front and we could read
 * differently. `null` when the request head has one meaning.
 */
export function httpFault(request: IncomingMessage): RollwardError | null {
  const { httpVersion, url = "", method = "", headers } = request;
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return malformed(`the version HTTP/${httpVersion}`);
  if (!url.startsWith("/")) return malformed("an absolute target");
  if (headers.host === undefined) return malformed("no Host header");
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || httpVersion === "1.0")) {
    return malformed("the transfer encoding");
  }
  const encoding = headers["content-encoding"];
  // OTLP's exporters pack what they send, and the one address that takes it bounds what comes out.
  const isPackedTrace = encoding === "gzip" && method === "POST" && url.split("?", 1)[0] === "/v1/traces";
  if (encoding !== undefined && encoding !== "identity" && !isPackedTrace) {
    return new RollwardError("unsupported_encoding", { encoding: "other than identity" });
  }
  if ((method === "GET" || method === "HEAD") && (coding !== undefined || Number(headers["content-length"] ?? 0) > 0)) {
    return malformed(`a body with ${method}`);
  }
  return headerFault(request.rawHeaders);
}

function headerFault(rawHeaders: readonly string[]): RollwardError | null {
  /** One bit for each of `SINGLE`. */
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const bit = bitOf(name);
    if (bit === NO_BIT) continue;
    if (bit === TWIN) return malformed(`a header ${name.toLowerCase().slice(0, 40)}`);
    const single = name.toLowerCase();
    if (!isPrintable(rawHeaders[index + 1] ?? "")) return malformed(`characters in ${single} that are not ASCII`);
    if ((seen & bit) !== 0) {
      return (bit & CREDENTIALS) !== 0
        ? new RollwardError("ambiguous_credentials")
        : malformed(`two headers ${single}`);
    }
    seen |= bit;
  }
  return (seen & CREDENTIALS) === CREDENTIALS ? new RollwardError("ambiguous_credentials") : null;
}

/** What `bitOf` says of a header that may come as it likes, and of one that is spelled like a guarded one. */
const NO_BIT = 0;
const TWIN = -1;

/** What is to be known of a name, by how it was written: most come in few spellings, so it is remembered. */
const knownBits = new Map<string, number>();
const MOST_NAMES = 500;

function bitOf(written: string): number {
  const known = knownBits.get(written);
  if (known !== undefined) return known;
  const name = written.toLowerCase();
  const isTwin = name.includes("_") && GUARDED.has(name.replaceAll("_", "-"));
  const bit = isTwin ? TWIN : SINGLE.has(name) ? bitIn(name) : NO_BIT;
  if (knownBits.size < MOST_NAMES && written.length < 40) knownBits.set(written, bit);
  return bit;
}

const bitIn = (single: string): number => 1 << [...SINGLE].indexOf(single);

const CREDENTIALS = bitIn("authorization") | bitIn("x-api-key");

function isPrintable(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
