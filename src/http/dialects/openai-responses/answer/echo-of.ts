import type { Json, JsonObject } from "../../../../domain/json.ts";

/** Members of a request that its response repeats, with what OpenAI says where they were not sent. */
const REPEATED: Readonly<Record<string, Json>> = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  store: true,
  temperature: 1,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  user: null,
};

/** What a response says of its request. */
export const echoOf = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(REPEATED).map(([name, absent]) => [name, body[name] ?? absent]));
