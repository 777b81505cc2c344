import { RollwardError } from "../../../../domain/errors.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { JsonScanError, scanJsonObject } from "../../../../kit/json-scan.ts";
import type { IncomingRequest, MemberSpan } from "../../../../ports/dialect.ts";
import { variablesOf } from "../../openai-chat/variables-of.ts";
import { checkFields } from "./check-fields.ts";
import { isContinued, openingOf } from "./opening-of.ts";

/** 200,000 tokens of JSON are far beyond any conversation, and take a few milliseconds to scan and parse. */
const LIMITS = { maxDepth: 64, maxTokens: 200_000 };

/** Members by which a caller could choose where a request goes or with which credentials: they never pass. */
const ROUTING_MEMBERS = ["api_base", "base_url", "api_key", "user_config", "extra_headers", "custom_llm_provider"];

/**
 * Reads a body of the Responses API: the strict scan, one parse, and the types of what Rollward itself relies on.
 * Everything else is the provider's business and passes. A `previous_response_id` must have been replaced by its
 * conversation before. Throws `malformed_json` or `invalid_request`.
 */
export function readRequest(bytes: Buffer): IncomingRequest {
  const { bodyStart, members } = scan(bytes);
  refuseMembers(members);
  const body = parse(bytes);
  const checked = checkFields(body);
  const { model, stream, input, metadata, variables } = checked;
  const sessionId = metadata?.["session_id"];
  return {
    bytes,
    body,
    members,
    bodyStart,
    model,
    stream,
    sessionId: typeof sessionId === "string" ? sessionId : null,
    opening: openingOf(checked),
    continues: isContinued(input),
    variables: variablesOf(variables, metadata),
  };
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

function refuseMembers(members: ReadonlyMap<string, MemberSpan>): void {
  for (const param of ROUTING_MEMBERS) {
    if (!members.has(param)) continue;
    const reason = `\`${param}\` is not accepted: addresses and credentials of providers come from the server's configuration.`;
    throw new RollwardError("invalid_request", { reason, param });
  }
}
