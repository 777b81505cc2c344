import { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import { JsonScanError, scanJsonObject } from "../../kit/json-scan.ts";
import type { IncomingRequest, MemberSpan } from "../../ports/dialect.ts";

/** 200,000 tokens are far beyond any conversation, and take a few milliseconds to scan and parse. */
const LIMITS = { maxDepth: 64, maxTokens: 200_000 };

/**
 * Members by which a caller could choose where a request goes or with which credentials. Some gateways
 * obey them (and would send their key to that place), so they never pass.
 */
const ROUTING_MEMBERS = ["api_base", "base_url", "api_key", "user_config", "extra_headers", "custom_llm_provider"];

/**
 * A request body after the strict scan and one parse. Throws `malformed_json`, or `invalid_request` for a
 * member that is never accepted.
 */
export function scanBody(bytes: Buffer): Pick<IncomingRequest, "bytes" | "body" | "members" | "bodyStart"> {
  const { bodyStart, members } = scan(bytes);
  refuseRouting(members);
  return { bytes, body: parse(bytes), members, bodyStart };
}

function scan(bytes: Buffer): { readonly bodyStart: number; readonly members: ReadonlyMap<string, MemberSpan> } {
  try {
    return scanJsonObject(bytes, LIMITS);
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new RollwardError("malformed_json", { reason: error.reason, offset: error.offset });
  }
}

function parse(bytes: Buffer): JsonObject {
  try {
    return JSON.parse(bytes.toString()) as JsonObject;
  } catch {
    // The scan lets nothing pass that JSON.parse refuses; should it ever, the fault is still the document's.
    throw new RollwardError("malformed_json", { reason: "the document is not valid", offset: 0 });
  }
}

/** Throws `invalid_request` for a member by which a caller could choose where a request goes. */
export function refuseRouting(members: ReadonlyMap<string, unknown>): void {
  for (const param of ROUTING_MEMBERS) {
    if (!members.has(param)) continue;
    const reason = `\`${param}\` is not accepted: addresses and credentials of providers come from the server's configuration.`;
    throw new RollwardError("invalid_request", { reason, param });
  }
}
