import type { Json } from "../../../../domain/json.ts";
import { spliceJson } from "../../../../kit/json-splice.ts";
import { replaceValue } from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";
import { scanBody } from "../../scan-body.ts";
import { OWN_REASONING, PACKED } from "../opaque-reasoning.ts";

/**
 * A body for a provider of this API. It goes as it is, except that reasoning which another vendor made, and Rollward
 * wrote down, is left out: nobody here could read it.
 */
export function forProvider(bytes: Buffer): Buffer {
  if (!bytes.includes(PACKED) && !bytes.includes(OWN_REASONING)) return bytes;
  const scanned = scanBody(bytes);
  const { input } = scanned.body;
  if (!Array.isArray(input)) return bytes;
  const kept = (input as readonly Json[]).filter((item) => !isForeign(item));
  if (kept.length === input.length) return bytes;
  return spliceJson(bytes, [replaceValue(scanned, "input", Buffer.from(JSON.stringify(kept)))]);
}

function isForeign(item: Json): boolean {
  if (!isRecord(item) || item["type"] !== "reasoning") return false;
  const { id, encrypted_content: content } = item;
  if (typeof content === "string") return content.startsWith(PACKED);
  return typeof id === "string" && id.startsWith(OWN_REASONING);
}
