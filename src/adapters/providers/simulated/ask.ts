import type { Json, JsonObject } from "../../../domain/json.ts";

/** A tool that the request offers. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: JsonObject;
}

/** What the simulated model reads off a chat-completions request. */
export interface Ask {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Text of the last user message. */
  readonly userText: string;
  /** Text of the last message, when it is a tool's. */
  readonly toolResult: string | null;
  /** Characters of all messages and tools. */
  readonly promptCharacters: number;
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  /** Schema the answer must satisfy: `{}` for any JSON object, `null` for free text. */
  readonly schema: JsonObject | null;
  readonly maxTokens: number | null;
}

/** Reads a request leniently, as providers do; a text says what makes it unusable. */
export function readAsk(bytes: Buffer): Ask | string {
  const body = parsed(bytes);
  if (!isObject(body)) return "the body is not a JSON object";
  const { model, messages } = body;
  if (typeof model !== "string") return "you must provide a model parameter";
  if (!Array.isArray(messages) || messages.length === 0) return "'messages' must be an array with at least one message";
  const conversation = messages.filter(isObject);
  const texts = conversation.map((message) => textOf(message["content"]));
  const last = conversation.length - 1;
  const lastUser = conversation.findLastIndex(({ role }) => role === "user");
  return {
    model,
    stream: body["stream"] === true,
    includeUsage: isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
    userText: texts[lastUser] ?? "",
    toolResult: conversation[last]?.["role"] === "tool" ? (texts[last] ?? "") : null,
    promptCharacters: texts.reduce((sum, text) => sum + text.length, 0) + sizeOf(body["tools"]),
    tools: toolsIn(body["tools"]),
    toolChoice: toolChoiceIn(body["tool_choice"]),
    schema: schemaIn(body["response_format"]),
    maxTokens: countIn(body["max_completion_tokens"]) ?? countIn(body["max_tokens"]),
  };
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return null;
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function textOf(content: Json | undefined): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: Json) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join(" ");
}

const sizeOf = (tools: Json | undefined): number => (tools === undefined ? 0 : JSON.stringify(tools).length);

function toolsIn(tools: Json | undefined): OfferedTool[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool: Json) => {
    const definition = isObject(tool) ? tool["function"] : null;
    if (!isObject(definition) || typeof definition["name"] !== "string") return [];
    const { parameters } = definition;
    return [{ name: definition["name"], parameters: isObject(parameters) ? parameters : {} }];
  });
}

function toolChoiceIn(choice: Json | undefined): Ask["toolChoice"] {
  if (choice === "none" || choice === "required") return choice;
  const chosen = isObject(choice) ? choice["function"] : null;
  return isObject(chosen) && typeof chosen["name"] === "string" ? { name: chosen["name"] } : "auto";
}

function schemaIn(format: Json | undefined): JsonObject | null {
  if (!isObject(format)) return null;
  if (format["type"] === "json_object") return {};
  if (format["type"] !== "json_schema" || !isObject(format["json_schema"])) return null;
  const { schema } = format["json_schema"];
  return isObject(schema) ? schema : {};
}

const countIn = (value: Json | undefined): number | null =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
