import type { Json, JsonObject } from "../../domain/json.ts";
import { shown } from "../source/mistakes.ts";
import { Refusal, leaf } from "./leaf.ts";

// What the request or other keys of the endpoint say.
const ELSEWHERE: Readonly<Record<string, string>> = {
  model: "use `models` of the endpoint",
  messages: "use `prompt` of the endpoint",
  tools: "use `tools` of the endpoint",
  stream: "leave it to the request",
  stream_options: "leave it to the request",
  metadata: "leave it to the request",
  variables: "leave it to the request",
};

const KNOWN = [
  "temperature",
  "top_p",
  "max_tokens",
  "max_completion_tokens",
  "response_format",
  "presence_penalty",
  "frequency_penalty",
  "tool_choice",
  "parallel_tool_calls",
  "reasoning_effort",
  "seed",
  "stop",
  "logit_bias",
  "verbosity",
  "service_tier",
  "user",
];

function refusalOf(name: string): readonly Refusal[] {
  const elsewhere = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (elsewhere !== undefined) return [new Refusal(`"${name}" cannot be set here`, elsewhere, name)];
  // Providers have fields of their own, so only another spelling of a known one is refused.
  const plain = name.toLowerCase().replaceAll(/[-_]/g, "");
  const meant = KNOWN.find((known) => known !== name && known.replaceAll("_", "") === plain);
  return meant === undefined || KNOWN.includes(name)
    ? []
    : [new Refusal(`${shown(name)} is not how the API spells it`, `did you mean "${meant}"?`, name)];
}

/**
 * Request fields that a release sets: any JSON object without the fields that belong elsewhere. The values were
 * checked when the file was read.
 */
export const parameters = () =>
  leaf<Readonly<Record<string, Json>>>({
    json: { type: "object", additionalProperties: true },
    read: (input) => {
      if (typeof input !== "object" || input === null || Array.isArray(input)) {
        return new Refusal("expected request fields", "write each as `name: value`, for example `temperature: 0.2`");
      }
      const refusals = Object.keys(input).flatMap(refusalOf);
      return refusals.length > 0 ? refusals : (input as JsonObject);
    },
  });
