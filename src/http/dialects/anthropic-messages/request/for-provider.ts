import type { Json } from "../../../../domain/json.ts";
import { parseExactJson } from "../../../../kit/exact-json.ts";
import { spliceJson } from "../../../../kit/json-splice.ts";
import { replaceValue } from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";
import { PACKED } from "../../openai-responses/opaque-reasoning.ts";
import { scanBody } from "../../scan-body.ts";

/**
 * A body for a provider of this API. It goes as it is, except that thinking which another vendor's model did, and
 * Rollward wrote down, is left out: the provider would refuse its signature.
 */
export function forProvider(bytes: Buffer): Buffer {
  if (!bytes.includes(PACKED)) return bytes;
  const scanned = scanBody(bytes);
  const span = scanned.members.get("messages")?.value;
  if (span === undefined) return bytes;
  const messages = parseExactJson(bytes.toString("utf8", span.start, span.end));
  if (!Array.isArray(messages)) return bytes;
  const kept = (messages as readonly Json[]).flatMap(withoutForeign);
  const isUnchanged = kept.length === messages.length && kept.every((message, index) => message === messages[index]);
  if (isUnchanged) return bytes;
  return spliceJson(bytes, [replaceValue(scanned, "messages", Buffer.from(JSON.stringify(kept)))]);
}

/** A turn of nothing but another's thought goes altogether. */
function withoutForeign(message: Json): readonly Json[] {
  if (!isRecord(message) || message["role"] !== "assistant" || !Array.isArray(message["content"])) return [message];
  const content = message["content"] as readonly Json[];
  const kept = content.filter((block) => !isForeign(block));
  if (kept.length === content.length) return [message];
  return kept.length === 0 ? [] : [{ ...message, content: kept }];
}

function isForeign(block: Json): boolean {
  if (!isRecord(block)) return false;
  const opaque = block["type"] === "thinking" ? block["signature"] : block["data"];
  const isThought = block["type"] === "thinking" || block["type"] === "redacted_thinking";
  return isThought && typeof opaque === "string" && opaque.startsWith(PACKED);
}
