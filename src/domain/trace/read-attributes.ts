import { maskText } from "../../kit/mask-text.ts";
import { namesIn } from "./semantic-names.ts";
import type { AttributeValue, Attributes } from "./trace-span.ts";

const NAMES = namesIn("latest");

/**
 * Names of other conventions and of earlier versions, and ours for the same thing: OpenInference 2.12 (`llm.*`),
 * OpenLLMetry (Traceloop) with its numbered prompts, and GenAI before 1.37. The first that a span has wins.
 */
const RENAMED: ReadonlyMap<string, string> = new Map([
  // GenAI, earlier
  ["gen_ai.system", NAMES.provider],
  ["gen_ai.usage.prompt_tokens", NAMES.inputTokens],
  ["gen_ai.usage.completion_tokens", NAMES.outputTokens],
  ["gen_ai.usage.cache_creation.input_tokens", NAMES.cacheWriteTokens],
  ["gen_ai.usage.cache_creation_input_tokens", NAMES.cacheWriteTokens],
  ["gen_ai.usage.cache_read_input_tokens", NAMES.cacheReadTokens],
  ["gen_ai.usage.reasoning_tokens", NAMES.reasoningTokens],
  ["gen_ai.openai.request.service_tier", NAMES.requestTier],
  ["gen_ai.openai.response.service_tier", NAMES.responseTier],
  ["gen_ai.openai.response.system_fingerprint", NAMES.fingerprint],
  ["gen_ai.openai.request.seed", NAMES.seed],
  // OpenLLMetry
  ["llm.vendor", NAMES.provider],
  ["llm.request.model", NAMES.requestModel],
  ["llm.response.model", NAMES.responseModel],
  ["llm.usage.prompt_tokens", NAMES.inputTokens],
  ["llm.usage.completion_tokens", NAMES.outputTokens],
  ["llm.usage.cache_creation_input_tokens", NAMES.cacheWriteTokens],
  ["llm.usage.cache_read_input_tokens", NAMES.cacheReadTokens],
  ["llm.usage.reasoning_tokens", NAMES.reasoningTokens],
  ["llm.request.max_tokens", NAMES.maxTokens],
  ["llm.temperature", NAMES.temperature],
  ["llm.top_p", NAMES.topP],
  ["llm.top_k", NAMES.topK],
  ["llm.frequency_penalty", NAMES.frequencyPenalty],
  ["llm.presence_penalty", NAMES.presencePenalty],
  ["llm.is_streaming", NAMES.stream],
  ["llm.response.finish_reason", NAMES.finishReasons],
  // OpenInference
  ["llm.provider", NAMES.provider],
  ["llm.system", NAMES.provider],
  ["llm.model_name", NAMES.requestModel],
  ["embedding.model_name", NAMES.requestModel],
  ["reranker.model_name", NAMES.requestModel],
  ["llm.token_count.prompt", NAMES.inputTokens],
  ["llm.token_count.completion", NAMES.outputTokens],
  ["llm.token_count.prompt_details.cache_read", NAMES.cacheReadTokens],
  ["llm.token_count.prompt_details.cache_write", NAMES.cacheWriteTokens],
  ["llm.token_count.completion_details.reasoning", NAMES.reasoningTokens],
  ["llm.prompt_template.version", NAMES.promptVersion],
  ["session.id", NAMES.conversation],
  ["tool.name", "gen_ai.tool.name"],
  ["tool.description", "gen_ai.tool.description"],
  ["agent.name", "gen_ai.agent.name"],
]);

/** What spans of other conventions are about, in GenAI's words. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ["LLM", "chat"],
  ["EMBEDDING", "embeddings"],
  ["RETRIEVER", "retrieval"],
  ["TOOL", "execute_tool"],
  ["AGENT", "invoke_agent"],
  ["CHAIN", "invoke_workflow"],
  ["workflow", "invoke_workflow"],
  ["agent", "invoke_agent"],
  ["tool", "execute_tool"],
  ["chat", "chat"],
  ["completion", "text_completion"],
  ["embedding", "embeddings"],
]);

const KINDS: readonly string[] = ["openinference.span.kind", "traceloop.span.kind", "llm.request.type"];

/** Beginnings of names whose values are prompts, answers, arguments and results. */
const CONTENT: readonly string[] = [
  "gen_ai.prompt.",
  "gen_ai.completion.",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.evaluation.explanation",
  "llm.input_messages",
  "llm.output_messages",
  "llm.prompts",
  "llm.completions",
  "llm.prompt_template.template",
  "llm.prompt_template.variables",
  "llm.request.functions",
  "llm.tools",
  "llm.function_call",
  "input.value",
  "output.value",
  "retrieval.documents",
  "reranker.input_documents",
  "reranker.output_documents",
  "reranker.query",
  "embedding.embeddings",
  "embedding.text",
  "tool.parameters",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "exception.message",
  "exception.stacktrace",
];

/** Names that begin like content and are none: the release's number of a prompt, roles, and why an answer ended. */
const NO_CONTENT: ReadonlySet<string> = new Set([NAMES.promptName, NAMES.promptVersion]);

const isContent = (name: string): boolean => !NO_CONTENT.has(name) && CONTENT.some((start) => name.startsWith(start));

const FINISH = /^gen_ai\.completion\.(\d{1,3})\.finish_reason$/;

/** Attributes of a span as we read them. */
export interface ReadAttributes {
  readonly attributes: Attributes;
  /** How many were content, and are not among them. */
  readonly leftOut: number;
}

/**
 * Attributes of an application's span under the names of this version. What says the same under an older or a foreign
 * name is renamed, the rest stays as it is. Content is left out, or masked where it is wanted.
 */
export function readAttributes(sent: Attributes, keepsContent: boolean): ReadAttributes {
  const attributes: Record<string, AttributeValue> = {};
  const finish: string[] = [];
  let leftOut = 0;
  for (const [name, value] of Object.entries(sent)) {
    const choice = FINISH.exec(name);
    if (choice !== null) finish[Number(choice[1])] = String(value);
    else if (isContent(name)) {
      if (keepsContent) attributes[name] = masked(value);
      else leftOut += 1;
    } else if (!RENAMED.has(name)) attributes[name] = value;
  }
  for (const [name, ours] of RENAMED) {
    const value = sent[name];
    if (value !== undefined)
      attributes[ours] ??= ours === NAMES.finishReasons && !Array.isArray(value) ? [String(value)] : value;
  }
  const reasons = finish.filter((reason) => reason !== undefined);
  if (reasons.length > 0) attributes[NAMES.finishReasons] ??= reasons;
  const operation = KINDS.map((kind) => OPERATIONS.get(String(sent[kind]))).find((one) => one !== undefined);
  if (operation !== undefined) attributes[NAMES.operation] ??= operation;
  const provider = attributes[NAMES.provider];
  if (typeof provider === "string") attributes[NAMES.provider] = provider.toLowerCase();
  return { attributes, leftOut };
}

function masked(value: AttributeValue): AttributeValue {
  if (typeof value === "string") return maskText(value);
  return Array.isArray(value)
    ? (value.map((one: unknown) => (typeof one === "string" ? maskText(one) : one)) as string[])
    : value;
}
