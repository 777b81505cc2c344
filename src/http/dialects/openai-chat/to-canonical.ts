import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { canonicalMessages } from "./canonical-messages.ts";
import { settingsOf } from "./settings-of.ts";
import { canonicalTools, toolChoiceOf } from "./canonical-tools.ts";
import { Fields } from "../fields.ts";

/** Members that address Rollward itself or the form of the answer, which is ours to write. */
const OURS = ["model", "metadata", "variables", "stream", "stream_options"];

/**
 * A rendered body as a canonical request. What has no place there is `untranslatable` with its name, so
 * that a client never believes in a setting that was lost; a wrong type is `invalid_request`.
 */
export function toCanonical(body: JsonObject, provider: string): CanonicalRequest {
  const fields = new Fields(body, "", provider);
  fields.leave(...OURS);
  leaveDefaults(fields);
  const request: CanonicalRequest = {
    messages: canonicalMessages(fields.items("messages")),
    tools: canonicalTools(fields.items("tools")),
    toolChoice: toolChoiceOf(fields),
    parallelToolCalls: fields.boolean("parallel_tool_calls"),
    ...settingsOf(fields),
    reasoningTokens: null,
    topLogprobs: topLogprobsOf(fields),
    metadata: null,
  };
  fields.done();
  return request;
}

/** Fields that some clients always send: as long as they ask for nothing, nothing is lost. */
function leaveDefaults(fields: Fields): void {
  fields.leaveDefault("n", 1);
  fields.leaveDefault("logit_bias", {});
  fields.leaveDefault("modalities", ["text"]);
  fields.leaveDefault("store", false);
  fields.leaveDefault("functions", []);
}

/** `top_logprobs` counts only where `logprobs` is asked for, as OpenAI says. */
function topLogprobsOf(fields: Fields): number | null {
  if (fields.boolean("logprobs") === true) return fields.integer("top_logprobs") ?? 0;
  fields.leaveDefault("top_logprobs", 0);
  return null;
}
