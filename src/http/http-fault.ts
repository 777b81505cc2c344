import type { IncomingMessage } from "node:http";
import { RollwardError } from "../domain/errors.ts";

/** Headers that we act on: a second one, or a twin spelled with underscores, would have two meanings. */
const SINGLE = new Set(["host", "authorization", "x-api-key", "content-type", "x-rollward-session"]);
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
  if (coding !== undefined && coding.toLowerCase() !== "chunked") return malformed("the transfer encoding");
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity") {
    return new RollwardError("unsupported_encoding", { encoding: "other than identity" });
  }
  if ((method === "GET" || method === "HEAD") && (coding !== undefined || Number(headers["content-length"] ?? 0) > 0)) {
    return malformed(`a body with ${method}`);
  }
  return headerFault(request.rawHeaders);
}

function headerFault(rawHeaders: readonly string[]): RollwardError | null {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = lowered(rawHeaders[index] ?? "");
    if (name.includes("_") && GUARDED.has(name.replaceAll("_", "-"))) return malformed(`a header ${name.slice(0, 40)}`);
    if (!SINGLE.has(name)) continue;
    if (!isPrintable(rawHeaders[index + 1] ?? "")) return malformed(`characters in ${name} that are not ASCII`);
    if (seen.has(name)) {
      return name === "authorization" || name === "x-api-key"
        ? new RollwardError("ambiguous_credentials")
        : malformed(`two headers ${name}`);
    }
    seen.add(name);
  }
  if (seen.has("authorization") && seen.has("x-api-key")) return new RollwardError("ambiguous_credentials");
  return null;
}

/** Names in lower case as they came, most of them already; only the common spellings are remembered. */
const loweredNames = new Map<string, string>();
const MOST_NAMES = 500;

function lowered(name: string): string {
  const known = loweredNames.get(name);
  if (known !== undefined) return known;
  const made = name.toLowerCase();
  if (loweredNames.size < MOST_NAMES && name.length < 40) loweredNames.set(name, made);
  return made;
}

function isPrintable(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
