import type { CanonicalRequest, ResponseFormat } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import type { WireAsk } from "../../../../ports/dialect.ts";
import { closedSchema } from "./closed-schema.ts";
import { mostTokens } from "./model-traits.ts";
import { untranslatable } from "./untranslatable.ts";
import { wireMessages } from "./wire-messages.ts";
import { thinkingOf } from "./wire-thinking.ts";
import type { Thinking } from "./wire-thinking.ts";
import { wireTools } from "./wire-tools.ts";

/**
 * The canonical call as a body of the Messages API. Throws `untranslatable` naming what the API has no place for.
 * A schema for the answer is always enforced by the API, whether or not strictness was asked for.
 */
export function fromCanonical(request: CanonicalRequest, ask: WireAsk): Buffer {
  const { provider, model, stream } = ask;
  refuseUnknown(request, provider);
  const thinking = thinkingOf(request, ask);
  const body: JsonObject = {
    model,
    max_tokens: request.maxTokens ?? mostTokens(ask),
    ...wireMessages(request.messages, provider),
    ...wireTools(request, provider),
    ...thinking.members,
    ...outputConfig(request.responseFormat, thinking, provider),
    ...sampling(request, thinking, provider),
    ...(request.stop.length > 0 && { stop_sequences: request.stop }),
    ...serviceTier(request.serviceTier, provider),
    ...(request.user !== null && { metadata: { user_id: request.user } }),
    ...(stream && { stream }),
  };
  return written(body, provider);
}

/** Only the arguments of tool calls are texts that nobody has scanned: nested without end they could not be written. */
function written(body: JsonObject, provider: string): Buffer {
  try {
    return Buffer.from(JSON.stringify(body));
  } catch {
    throw untranslatable("tool_calls.function.arguments", provider);
  }
}

function refuseUnknown(request: CanonicalRequest, provider: string): void {
  const unknown: readonly (readonly [unknown, string])[] = [
    [request.seed, "seed"],
    [request.presencePenalty || null, "presence_penalty"],
    [request.frequencyPenalty || null, "frequency_penalty"],
    [request.verbosity === "medium" ? null : request.verbosity, "verbosity"],
    [request.topLogprobs, "logprobs"],
    [request.metadata, "metadata"],
  ];
  for (const [value, field] of unknown) if (value !== null) throw untranslatable(field, provider);
}

function outputConfig(format: ResponseFormat | null, { effort }: Thinking, provider: string): JsonObject {
  if (format?.type === "json") throw untranslatable("response_format", provider);
  const config = {
    ...(effort !== null && { effort }),
    ...(format?.type === "json-schema" && { format: schemaFormat(format) }),
  };
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}

/** A schema that was not meant to be strict may leave open what the API wants closed. */
const schemaFormat = ({ schema, strict }: Extract<ResponseFormat, { type: "json-schema" }>): JsonObject => ({
  type: "json_schema",
  schema: strict === true ? schema : closedSchema(schema),
});

/**
 * The API knows temperatures up to 1, takes one of temperature and `top_p`, and neither temperature nor `top_k`
 * from a model that thinks. A `top_p` or, with thinking, a temperature of 1 asks for nothing.
 */
function sampling(request: CanonicalRequest, { isOn }: Thinking, provider: string): JsonObject {
  const { temperature, topP, topK } = request;
  if (temperature !== null && (temperature < 0 || temperature > 1)) throw untranslatable("temperature", provider);
  if (isOn && temperature !== null && temperature !== 1) throw untranslatable("temperature", provider);
  if (isOn && topK !== null) throw untranslatable("top_k", provider);
  if (temperature !== null && topP !== null && topP !== 1) throw untranslatable("top_p", provider);
  return {
    ...(temperature !== null && { temperature }),
    ...(topP !== null && temperature === null && { top_p: topP }),
    ...(topK !== null && { top_k: topK }),
  };
}

/** `default` is what the API calls `standard_only`, and `auto` is its own default. */
function serviceTier(tier: string | null, provider: string): JsonObject {
  if (tier === null || tier === "auto") return {};
  if (tier !== "default") throw untranslatable("service_tier", provider);
  return { service_tier: "standard_only" };
}
