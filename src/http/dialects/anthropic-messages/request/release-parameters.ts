import type { Json, JsonObject } from "../../../../domain/json.ts";
import type { ReleaseParts } from "../../../../ports/dialect.ts";
import { noPlaceFor } from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";

/** Members of the Messages API that a release may set by their own names. */
const NATIVE: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "top_k",
  "max_tokens",
  "stop_sequences",
  "thinking",
  "output_config",
  "cache_control",
  "container",
  "context_management",
  "inference_geo",
  "mcp_servers",
  "speed",
]);

/** What asks for nothing, by its name at OpenAI. */
const NOTHING: Readonly<Record<string, Json>> = {
  presence_penalty: 0,
  frequency_penalty: 0,
  n: 1,
  logprobs: false,
  store: false,
  verbosity: "medium",
};

/** Tool choices that are one word at OpenAI. */
const CHOICES: Readonly<Record<string, string>> = { auto: "auto", none: "none", required: "any" };

/**
 * A release's parameters, which have OpenAI's names, as members of the Messages API. Members of this API pass by
 * their own. Throws `untranslatable` for one that has no place in it.
 */
export function releaseParameters({ parameters, release }: ReleaseParts): JsonObject {
  let members: JsonObject = {};
  for (const [name, value] of Object.entries(parameters)) {
    const said = membersFor(name, value);
    if (said === null) throw noPlaceFor(name, release, "anthropic-messages");
    members = joined(members, said);
  }
  const choice = members["tool_choice"];
  if (!isRecord(choice) || choice["type"] !== undefined) return members;
  return { ...members, tool_choice: { type: "auto", ...choice } };
}

/** Two parameters may speak of one member: then the objects are put together. */
function joined(members: JsonObject, said: JsonObject): JsonObject {
  const both = Object.entries(said).map(([name, value]): [string, Json] => {
    const known = members[name];
    return [name, isObject(known) && isObject(value) ? { ...known, ...value } : value];
  });
  return { ...members, ...Object.fromEntries(both) };
}

const isObject = (value: Json | undefined): value is JsonObject => isRecord(value);

function membersFor(name: string, value: Json): JsonObject | null {
  if (value === null || NOTHING[name] === value) return {};
  switch (name) {
    case "max_completion_tokens":
      return { max_tokens: value };
    case "stop":
      return { stop_sequences: typeof value === "string" ? [value] : value };
    case "user":
      return { metadata: { user_id: value } };
    case "parallel_tool_calls":
      return { tool_choice: { disable_parallel_tool_use: value !== true } };
    case "tool_choice":
      return choiceFor(value);
    case "response_format":
      return formatFor(value);
    case "reasoning_effort":
      return effortFor(value);
    case "service_tier":
      return tierFor(value);
    default:
      return NATIVE.has(name) ? { [name]: value } : null;
  }
}

function choiceFor(value: Json): JsonObject | null {
  const type = typeof value === "string" ? CHOICES[value] : undefined;
  if (type !== undefined) return { tool_choice: { type } };
  if (!isRecord(value)) return null;
  const called = value["function"];
  if (value["type"] === "function" && isRecord(called) && typeof called["name"] === "string") {
    return { tool_choice: { type: "tool", name: called["name"] } };
  }
  return null;
}

function formatFor(value: Json): JsonObject | null {
  if (!isRecord(value)) return null;
  if (value["type"] === "text") return {};
  const described = value["json_schema"];
  if (value["type"] !== "json_schema" || !isRecord(described)) return null;
  return { output_config: { format: { type: "json_schema", schema: (described["schema"] ?? {}) as Json } } };
}

/** Models that know efforts decide themselves how much to think; `minimal` is OpenAI's alone. */
function effortFor(value: Json): JsonObject | null {
  if (typeof value !== "string") return null;
  if (value === "none") return { thinking: { type: "disabled" } };
  return { thinking: { type: "adaptive" }, output_config: { effort: value === "minimal" ? "low" : value } };
}

function tierFor(value: Json): JsonObject | null {
  if (value === "auto" || value === "standard_only") return { service_tier: value };
  return value === "default" ? { service_tier: "standard_only" } : null;
}
