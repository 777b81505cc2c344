import type { ReasoningPart } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Fields } from "../fields.ts";
import { isRecord } from "../is-record.ts";

/**
 * Reasoning with an opaque signature has no place in OpenAI's chat completions. It travels in
 * `reasoning_details`, as OpenRouter has it: clients send the member back as they got it.
 */
export function reasoningDetails({ text, signature, data }: Omit<ReasoningPart, "type">): readonly JsonObject[] {
  const details: JsonObject[] = [];
  if (signature !== null) details.push({ type: "reasoning.text", text: text ?? "", signature });
  if (data !== null) details.push({ type: "reasoning.encrypted", data });
  return details;
}

/** One of them as a client sends it back; a summary or a text without signature says nothing to a provider. */
export function reasoningPart(detail: Fields): readonly ReasoningPart[] {
  const type = detail.requiredString("type");
  if (type === "reasoning.summary") return [];
  const signature = detail.string("signature");
  const data = detail.string("data");
  const text = detail.string("text");
  if (signature === null && data === null) return [];
  return [{ type: "reasoning", text: text === "" ? null : text, signature, data }];
}

/** The opaque parts among the details of an answer. */
export function opaqueParts(details: unknown): readonly Omit<ReasoningPart, "type" | "text">[] {
  if (!Array.isArray(details)) return [];
  return details.flatMap((detail: unknown) => {
    if (!isRecord(detail)) return [];
    const signature = textOrNull(detail["signature"]);
    const data = textOrNull(detail["data"]);
    return signature === null && data === null ? [] : [{ signature, data }];
  });
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
