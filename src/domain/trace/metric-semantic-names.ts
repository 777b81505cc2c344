import type { SemanticName } from "./semantic-name.ts";

/** OpenTelemetry's names for metrics of generative AI. */
export const METRIC_SEMANTIC_NAMES = {
  operationDuration: {
    name: "gen_ai.client.operation.duration",
    type: "double",
    on: ["metric"],
    says: "how long attempts at providers took",
  },
  tokenUsage: {
    name: { latest: "gen_ai.client.token.usage", "1.41": "gen_ai.client.token.usage", next: "" },
    type: "int",
    on: ["metric"],
    says: "billable tokens of attempts that told both counts",
  },
  inputTokenUsage: {
    name: { latest: "", "1.41": "", next: "gen_ai.client.inference.usage.operation.input_tokens" },
    type: "int",
    on: ["metric"],
    says: "tokens read by attempts, as proposed",
  },
  outputTokenUsage: {
    name: { latest: "", "1.41": "", next: "gen_ai.client.inference.usage.operation.output_tokens" },
    type: "int",
    on: ["metric"],
    says: "tokens written by attempts, as proposed",
  },
  timeToFirstChunk: {
    name: "gen_ai.client.operation.time_to_first_chunk",
    type: "double",
    on: ["metric"],
    says: "from the beginning of an attempt at a stream to its first bytes",
  },
  requestDuration: {
    name: "gen_ai.server.request.duration",
    type: "double",
    on: ["metric"],
    says: "how long calls took as their clients saw them, with waiting, retries and fallbacks",
  },
  timeToFirstToken: {
    name: "gen_ai.server.time_to_first_token",
    type: "double",
    on: ["metric"],
    says: "from arrival to the first token of streams that were answered",
  },
  timePerOutputToken: {
    name: "gen_ai.server.time_per_output_token",
    type: "double",
    on: ["metric"],
    says: "time after the first token for each further one, of streams that were answered",
  },
  tokenType: { name: "gen_ai.token.type", type: "string", on: ["metric"], says: "`input` or `output`" },
} as const satisfies Record<string, SemanticName>;
