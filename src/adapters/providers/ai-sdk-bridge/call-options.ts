import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import type { CanonicalRequest, CanonicalTool, ResponseFormat, ToolChoice } from "../../../domain/call/canonical.ts";
import { aiSdkPrompt } from "./prompt.ts";
import type { PromptTerms } from "./prompt.ts";
import { refuseUnplaced, untranslatable } from "./vendor-parts.ts";

type Effort = NonNullable<LanguageModelV4CallOptions["reasoning"]>;

const EFFORTS: ReadonlySet<string> = new Set([
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
] satisfies Effort[]);

/**
 * A canonical request as call options of the AI SDK's model interface (LanguageModelV4). What these have no
 * word for is left to the vendor's own options, or refused. Throws `untranslatable`.
 */
export function aiSdkCallOptions(request: CanonicalRequest, terms: PromptTerms): LanguageModelV4CallOptions {
  const { provider, parts } = terms;
  refuseUnplaced(request, parts, provider);
  const options: LanguageModelV4CallOptions = { prompt: aiSdkPrompt(request.messages, terms) };
  if (request.maxTokens !== null) options.maxOutputTokens = request.maxTokens;
  if (request.temperature !== null) options.temperature = request.temperature;
  if (request.topP !== null) options.topP = request.topP;
  if (request.topK !== null) options.topK = request.topK;
  if (request.stop.length > 0) options.stopSequences = [...request.stop];
  if (request.seed !== null) options.seed = request.seed;
  if (request.presencePenalty !== null) options.presencePenalty = request.presencePenalty;
  if (request.frequencyPenalty !== null) options.frequencyPenalty = request.frequencyPenalty;
  if (request.tools.length > 0) options.tools = request.tools.map(functionTool);
  if (request.toolChoice !== null) options.toolChoice = toolChoice(request.toolChoice);
  if (request.responseFormat !== null) options.responseFormat = responseFormat(request.responseFormat);
  if (request.reasoningEffort !== null) options.reasoning = effort(request.reasoningEffort, provider);
  return options;
}

function functionTool({ name, description, parameters, strict }: CanonicalTool): LanguageModelV4FunctionTool {
  const tool: LanguageModelV4FunctionTool = { type: "function", name, inputSchema: { ...parameters } };
  if (description !== null) tool.description = description;
  if (strict !== null) tool.strict = strict;
  return tool;
}

const toolChoice = (choice: ToolChoice): NonNullable<LanguageModelV4CallOptions["toolChoice"]> =>
  typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.name };

function responseFormat(format: ResponseFormat): NonNullable<LanguageModelV4CallOptions["responseFormat"]> {
  if (format.type === "text") return { type: "text" };
  if (format.type === "json") return { type: "json" };
  return { type: "json", schema: { ...format.schema }, name: format.name };
}

function effort(asked: string, provider: string): Effort {
  if (!EFFORTS.has(asked)) throw untranslatable("reasoning_effort", provider);
  return asked as Effort;
}
