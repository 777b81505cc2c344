import type { ReasoningOrigin, ReasoningPart } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Fields } from "../fields.ts";
import { isRecord } from "../is-record.ts";

/** Whose a detail is, in OpenRouter's words; it has none for Amazon's. */
const FORMATS: Readonly<Record<ReasoningOrigin, string>> = {
  anthropic: "anthropic-claude-v1",
  openai: "openai-responses-v1",
  google: "google-gemini-v1",
  amazon: "amazon-bedrock-v1",
};

const ORIGINS: ReadonlyMap<unknown, ReasoningOrigin> = new Map(
  (Object.keys(FORMATS) as ReasoningOrigin[]).map((origin) => [FORMATS[origin], origin]),
);

/**
 * Reasoning with an opaque signature has no place in OpenAI's chat completions. It travels in
 * `reasoning_details`, as OpenRouter has it: clients send the member back as they got it.
 */
export function reasoningDetails(part: Omit<ReasoningPart, "type">): readonly JsonObject[] {
  const { text, signature, data, origin } = part;
  const format = origin === undefined ? {} : { format: FORMATS[origin] };
  const details: JsonObject[] = [];
  if (signature !== null) details.push({ type: "reasoning.text", text: text ?? "", signature, ...format });
  if (data !== null) details.push({ type: "reasoning.encrypted", data, ...format });
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
  const own = originOf(detail.value("format"));
  return [{ type: "reasoning", text: text === "" ? null : text, signature, data, ...own }];
}

/** The opaque parts among the details of an answer. */
export function opaqueParts(details: unknown): readonly Omit<ReasoningPart, "type" | "text">[] {
  if (!Array.isArray(details)) return [];
  return details.flatMap((detail: unknown) => {
    if (!isRecord(detail)) return [];
    const signature = textOrNull(detail["signature"]);
    const data = textOrNull(detail["data"]);
    return signature === null && data === null ? [] : [{ signature, data, ...originOf(detail["format"]) }];
  });
}

function originOf(format: unknown): { readonly origin?: ReasoningOrigin } {
  const origin = ORIGINS.get(format);
  return origin === undefined ? {} : { origin };
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
