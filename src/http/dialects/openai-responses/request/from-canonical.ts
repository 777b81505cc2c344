import { effortOf } from "../../effort-of.ts";
import type { CanonicalRequest, CanonicalTool, ToolChoice } from "../../../../domain/call/canonical.ts";
import { RollwardError } from "../../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import type { WireAsk } from "../../../../ports/dialect.ts";
import { toolChoiceOf } from "../../tool-choice-of.ts";
import { wireItems } from "./wire-items.ts";

/**
 * The canonical call as a body of the Responses API. The provider is asked to store nothing: the conversation is
 * always sent whole, with reasoning encrypted. Throws `untranslatable` naming what the API has no place for.
 */
export function fromCanonical(request: CanonicalRequest, { provider, model, stream }: WireAsk): Buffer {
  refuseUnknown(request, provider);
  const effort = effortOf(request);
  const choice = toolChoiceOf(request, provider);
  const include = ["reasoning.encrypted_content", ...(request.topLogprobs === null ? [] : [LOGPROBS])];
  const body: JsonObject = {
    model,
    input: wireItems(request.messages, provider),
    ...(request.tools.length > 0 && { tools: request.tools.map(wireTool) }),
    ...(choice !== null && { tool_choice: wireChoice(choice) }),
    ...members({
      parallel_tool_calls: request.tools.length === 0 ? null : request.parallelToolCalls,
      max_output_tokens: request.maxTokens,
      temperature: request.temperature,
      top_p: request.topP,
      top_logprobs: request.topLogprobs,
      service_tier: request.serviceTier,
      user: request.user,
      metadata: request.metadata,
    }),
    ...(effort !== null && { reasoning: { effort } }),
    ...textSettings(request),
    include,
    store: false,
    ...(stream && { stream }),
  };
  return Buffer.from(JSON.stringify(body));
}

const LOGPROBS = "message.output_text.logprobs";

const members = (all: Readonly<Record<string, Json>>): JsonObject =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));

function refuseUnknown(request: CanonicalRequest, provider: string): void {
  const unknown: readonly (readonly [unknown, string])[] = [
    [request.stop.length === 0 ? null : request.stop, "stop"],
    [request.seed, "seed"],
    [request.topK, "top_k"],
    [request.presencePenalty || null, "presence_penalty"],
    [request.frequencyPenalty || null, "frequency_penalty"],
  ];
  for (const [value, field] of unknown) {
    if (value !== null) throw new RollwardError("untranslatable", { field, provider, param: field });
  }
}

/** A tool as the API takes it; without `strict` it would be enforced, which nobody asked for. */
export const wireTool = ({ name, description, parameters, strict }: CanonicalTool): JsonObject => ({
  type: "function",
  name,
  ...(description !== null && { description }),
  parameters,
  strict,
});

const wireChoice = (choice: ToolChoice): Json =>
  typeof choice === "string" ? choice : { type: "function", name: choice.name };

function textSettings({ responseFormat: format, verbosity }: CanonicalRequest): JsonObject {
  const text: JsonObject = {
    ...(format?.type === "text" && { format: { type: "text" } }),
    ...(format?.type === "json" && { format: { type: "json_object" } }),
    ...(format?.type === "json-schema" && {
      format: { type: "json_schema", name: format.name, schema: format.schema, strict: format.strict },
    }),
    ...(verbosity !== null && { verbosity }),
  };
  return Object.keys(text).length === 0 ? {} : { text };
}
