import type { CanonicalRequest, ResponseFormat } from "../../../domain/call/canonical.ts";
import type { Fields } from "../fields.ts";

/** What a request of OpenAI's says of its answer, by names that chat completions and the older completions share. */
type CanonicalSettings = Pick<
  CanonicalRequest,
  | "responseFormat"
  | "maxTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "stop"
  | "seed"
  | "presencePenalty"
  | "frequencyPenalty"
  | "reasoningEffort"
  | "verbosity"
  | "serviceTier"
  | "user"
>;

/** Takes these fields. Throws `invalid_request` for a wrong type. */
export const settingsOf = (fields: Fields): CanonicalSettings => ({
  responseFormat: responseFormatOf(fields),
  maxTokens: maxTokensOf(fields),
  temperature: fields.number("temperature"),
  topP: fields.number("top_p"),
  topK: fields.integer("top_k"),
  stop: stopOf(fields),
  seed: fields.integer("seed"),
  presencePenalty: fields.number("presence_penalty"),
  frequencyPenalty: fields.number("frequency_penalty"),
  reasoningEffort: fields.string("reasoning_effort"),
  verbosity: fields.string("verbosity"),
  serviceTier: serviceTierOf(fields),
  user: userOf(fields),
});

/** `auto` is what is done when nothing is said. */
function serviceTierOf(fields: Fields): string | null {
  const tier = fields.string("service_tier");
  return tier === "auto" ? null : tier;
}

function responseFormatOf(fields: Fields): ResponseFormat | null {
  if (fields.value("response_format") === null) return null;
  const format = fields.fields("response_format");
  const type = format.requiredString("type");
  if (type === "text" || type === "json_object") {
    format.done();
    return { type: type === "text" ? "text" : "json" };
  }
  if (type !== "json_schema") throw format.untranslatable("type");
  const described = format.fields("json_schema");
  const schema = described.jsonObject("schema");
  if (schema === null) throw described.invalid("schema", "must be an object");
  const name = described.requiredString("name");
  const strict = described.boolean("strict");
  described.done();
  format.done();
  return { type: "json-schema", name, schema, strict };
}

/** `max_tokens` is the older name of `max_completion_tokens`; two different limits have no meaning. */
function maxTokensOf(fields: Fields): number | null {
  const older = fields.integer("max_tokens");
  const newer = fields.integer("max_completion_tokens");
  if (older !== null && newer !== null && older !== newer) {
    throw fields.invalid("max_tokens", "must not differ from `max_completion_tokens`");
  }
  return newer ?? older;
}

function stopOf(fields: Fields): readonly string[] {
  const stop = fields.value("stop");
  if (stop === null) return [];
  if (typeof stop === "string") return [stop];
  if (Array.isArray(stop) && stop.every((text) => typeof text === "string")) return stop;
  throw fields.invalid("stop", "must be a string or an array of strings");
}

/** `safety_identifier` is the newer name of `user`. Of two different ones only one could be carried. */
function userOf(fields: Fields): string | null {
  const user = fields.string("user");
  if (user !== null) {
    fields.leaveDefault("safety_identifier", user);
    return user;
  }
  return fields.string("safety_identifier");
}
