import type { CanonicalRequest, ResponseFormat } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { Fields } from "../../fields.ts";
import { canonicalMessages, systemMessages } from "./canonical-messages.ts";
import { canonicalTools, toolChoiceOf } from "./canonical-tools.ts";

/** Members that address Rollward itself or the form of the answer, and a hint to cache that names no place. */
const OURS = ["model", "variables", "stream", "cache_control"];

/** The API's schemas have no name, where other providers want one. */
const SCHEMA_NAME = "answer";

/**
 * A rendered body of the Messages API as a canonical request. What has no place there is `untranslatable`
 * with its name; a wrong type is `invalid_request`. Thinking without a budget is the effort that the API takes
 * when nobody names one, `high`.
 */
export function toCanonical(body: JsonObject, provider: string): CanonicalRequest {
  const fields = new Fields(body, "", provider);
  fields.leave(...OURS);
  const thinking = thinkingOf(fields);
  const { effort, responseFormat } = outputConfigOf(fields);
  const request: CanonicalRequest = {
    messages: [...systemMessages(fields, "system"), ...canonicalMessages(fields.items("messages"))],
    tools: canonicalTools(fields.items("tools")),
    ...toolChoiceOf(fields),
    responseFormat,
    maxTokens: fields.integer("max_tokens"),
    temperature: fields.number("temperature"),
    topP: fields.number("top_p"),
    topK: fields.integer("top_k"),
    stop: stopOf(fields),
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    reasoningEffort: effort ?? (thinking === "adaptive" ? "high" : null),
    reasoningTokens: thinking === "adaptive" ? null : thinking,
    verbosity: null,
    topLogprobs: null,
    serviceTier: serviceTierOf(fields),
    user: userOf(fields),
    metadata: null,
  };
  fields.done();
  return request;
}

/** The budget in tokens, 0 when thinking is off, `null` when nothing is said. */
function thinkingOf(fields: Fields): number | "adaptive" | null {
  if (fields.value("thinking") === null) return null;
  const thinking = fields.fields("thinking");
  thinking.leaveDefault("display", "summarized");
  const type = thinking.requiredString("type");
  const budget = thinking.integer("budget_tokens");
  thinking.done();
  if (type === "disabled") return 0;
  if (type === "adaptive") return "adaptive";
  if (type !== "enabled") throw thinking.untranslatable("type");
  if (budget === null) throw thinking.invalid("budget_tokens", "must be an integer");
  return budget;
}

function outputConfigOf(fields: Fields): {
  readonly effort: string | null;
  readonly responseFormat: ResponseFormat | null;
} {
  if (fields.value("output_config") === null) return { effort: null, responseFormat: null };
  const config = fields.fields("output_config");
  const effort = config.string("effort");
  const responseFormat = config.value("format") === null ? null : schemaOf(config.fields("format"));
  config.done();
  return { effort, responseFormat };
}

function schemaOf(format: Fields): ResponseFormat {
  if (format.requiredString("type") !== "json_schema") throw format.untranslatable("type");
  const schema = format.jsonObject("schema");
  if (schema === null) throw format.invalid("schema", "must be an object");
  format.done();
  return { type: "json-schema", name: SCHEMA_NAME, schema, strict: true };
}

function stopOf(fields: Fields): readonly string[] {
  const stop = fields.array("stop_sequences") ?? [];
  if (stop.every((text) => typeof text === "string")) return stop;
  throw fields.invalid("stop_sequences", "must be an array of strings");
}

/** `auto` asks for nothing; `standard_only` is what others call the default tier. */
function serviceTierOf(fields: Fields): string | null {
  const tier = fields.string("service_tier");
  if (tier === null || tier === "auto") return null;
  if (tier !== "standard_only") throw fields.untranslatable("service_tier");
  return "default";
}

/** Of `metadata` only `user_id` is the API's; the rest speaks to Rollward. */
function userOf(fields: Fields): string | null {
  return fields.value("metadata") === null ? null : fields.fields("metadata").string("user_id");
}
