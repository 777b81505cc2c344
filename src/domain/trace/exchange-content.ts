import { maskText } from "../../kit/mask-text.ts";
import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../object-in.ts";
import { objects } from "./json-objects.ts";
import type { KnownFacts } from "./read-exchange.ts";

/** Bounds of what one span says of content: it is for reading, the record has the bytes. */
const MOST_MESSAGES = 64;
const MOST_TEXT = 8_192;
const MOST_TOOLS = 64;

/** A message as the convention writes it. */
interface Message {
  readonly role: string;
  readonly parts: readonly {
    readonly type: string;
    readonly content?: string;
    readonly name?: string;
    readonly arguments?: string;
  }[];
  readonly finish_reason?: string;
}

const MOST_WORD = 100;

/** A name; empty where there is none. */
const wordOf = (value: Json | undefined): string => (typeof value === "string" ? value.slice(0, MOST_WORD) : "");

const masked = (text: string): string => maskText(text.slice(0, MOST_TEXT));

/** Instructions, messages and tools of a request, masked and shortened: `gen_ai.input.messages` and its neighbours. */
export function requestContent(request: JsonObject): KnownFacts {
  const { messages, input, prompt, system, instructions, tools } = request;
  const said = messagesOf(messages ?? input ?? prompt);
  const beside = textOf(system ?? instructions);
  const offered = objects(tools).slice(0, MOST_TOOLS);
  return {
    ...(said.length > 0 && { inputMessages: JSON.stringify(said) }),
    ...(beside !== "" && { systemInstructions: JSON.stringify([{ type: "text", content: masked(beside) }]) }),
    ...(offered.length > 0 && { toolDefinitions: JSON.stringify(offered.map(definitionOf)) }),
  };
}

function messagesOf(value: Json | undefined): readonly Message[] {
  if (typeof value === "string") return [{ role: "user", parts: [{ type: "text", content: masked(value) }] }];
  // The last ones: what is asked stands at the end.
  return objects(value)
    .slice(-MOST_MESSAGES)
    .map((message): Message => {
      const { role, type } = message;
      const name = typeof role === "string" ? role : type === "function_call_output" ? "tool" : "assistant";
      return {
        role: name.slice(0, 50),
        parts: [...partsOf(message["content"] ?? message["output"]), ...toolCallsOf(message)],
      };
    });
}

function partsOf(content: Json | undefined): Message["parts"] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content: masked(content) }];
  return objects(content).slice(0, MOST_MESSAGES).map(partOf);
}

function partOf(part: JsonObject): Message["parts"][number] {
  const { type, text, content, name, input } = part;
  if (typeof text === "string") return { type: "text", content: masked(text) };
  if (type === "tool_use")
    return { type: "tool_call", name: wordOf(name), arguments: masked(JSON.stringify(input ?? null)) };
  if (type === "tool_result") return { type: "tool_call_response", content: masked(textOf(content)) };
  // Images and sound are named and not shown.
  return { type: wordOf(type) };
}

function toolCallsOf({ tool_calls: calls, type, name, arguments: given }: JsonObject): Message["parts"] {
  const responses = type === "function_call" ? [{ name: name ?? "", arguments: given ?? "" }] : [];
  const chat = objects(calls)
    .map((call) => call["function"])
    .filter(isObject);
  return [...chat, ...responses].map((one) => ({
    type: "tool_call",
    name: wordOf(one["name"]),
    arguments: masked(textOf(one["arguments"])),
  }));
}

/** All text of a text or of parts. */
function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return objects(value)
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .join("\n");
}

function definitionOf(tool: JsonObject): Json {
  const inner = isObject(tool["function"]) ? tool["function"] : tool;
  const { name, description } = inner;
  return {
    type: "function",
    name: typeof name === "string" ? name.slice(0, 100) : "",
    ...(typeof description === "string" && { description: masked(description) }),
  };
}

/** What an answer says, whole or in the events of a stream: `gen_ai.output.messages`. */
export function answerContent(documents: readonly JsonObject[]): KnownFacts {
  let text = "";
  for (const document of documents) {
    if (text.length < MOST_TEXT) text += saidIn(document);
  }
  if (text === "") return {};
  const message: Message = { role: "assistant", parts: [{ type: "text", content: masked(text) }] };
  return { outputMessages: JSON.stringify([message]) };
}

function saidIn(document: JsonObject): string {
  const { choices, content, output, delta, type } = document;
  const [choice] = objects(choices);
  if (choice !== undefined) {
    const holder = [choice["message"], choice["delta"]].find(isObject);
    return holder === undefined ? textOf(choice["text"]) : textOf(holder["content"]);
  }
  if (Array.isArray(content)) return textOf(content);
  if (Array.isArray(output))
    return objects(output)
      .map((item) => textOf(item["content"]))
      .join("");
  if (type === "response.output_text.delta" && typeof delta === "string") return delta;
  return isObject(delta) && typeof delta["text"] === "string" ? delta["text"] : "";
}
