import type { OutlineMessage, RequestOutline } from "../../../domain/call/outline.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { isRecord } from "../is-record.ts";
import { asText, decodedBytes, gathering, numberIn, outlined, recordsIn, textIn } from "../gathered.ts";
import type { Gathered } from "../gathered.ts";

const ROLES: Readonly<Record<string, OutlineMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** What a chat completion's request is made of. */
export function outline(body: JsonObject): RequestOutline {
  const { messages } = body;
  return {
    member: Array.isArray(messages) ? "messages" : null,
    messages: Array.isArray(messages) ? messages.map(messageOf) : [],
    beside: [body["tools"], body["functions"], body["response_format"]].map(asText).join("\n"),
    maxTokens: numberIn(body, "max_completion_tokens", "max_tokens"),
  };
}

function messageOf(message: Json): OutlineMessage {
  const found = gathering();
  if (!isRecord(message)) return outlined("user", found);
  if (typeof message["content"] === "string") found.texts.push(message["content"]);
  for (const part of recordsIn(message["content"])) gatherPart(found, part);
  for (const call of recordsIn(message["tool_calls"])) {
    found.calls.push(textIn(call, "id"));
    found.texts.push(asText(call["function"] ?? call["custom"]));
  }
  found.texts.push(asText(message["function_call"]), textIn(message, "refusal"), textIn(message, "name"));
  const answered = textIn(message, "tool_call_id");
  if (answered !== "") found.answers.push(answered);
  return outlined(ROLES[textIn(message, "role")] ?? "user", found);
}

function gatherPart(found: Gathered, part: JsonObject): void {
  switch (part["type"]) {
    case "image_url":
      found.images += 1;
      return;
    case "input_audio":
    case "file": {
      const held = part["input_audio"] ?? part["file"];
      if (isRecord(held)) found.attachedBytes += decodedBytes(textIn(held, "data") + textIn(held, "file_data"));
      return;
    }
    default:
      found.texts.push(textIn(part, "text"), textIn(part, "refusal"));
  }
}
