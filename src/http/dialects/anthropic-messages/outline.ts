import type { OutlineMessage, RequestOutline } from "../../../domain/call/outline.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { isRecord } from "../is-record.ts";
import { asText, decodedBytes, gathering, numberIn, outlined, recordsIn, textIn } from "../gathered.ts";
import type { Gathered } from "../gathered.ts";

/** What a request for a message is made of. */
export function outline(body: JsonObject): RequestOutline {
  const { messages } = body;
  const system =
    typeof body["system"] === "string" ? body["system"] : recordsIn(body["system"]).map((part) => textIn(part, "text"));
  return {
    member: Array.isArray(messages) ? "messages" : null,
    messages: Array.isArray(messages) ? messages.map(messageOf) : [],
    beside: [...[system].flat(), asText(body["tools"]), asText(body["output_config"])].join("\n"),
    maxTokens: numberIn(body, "max_tokens"),
  };
}

function messageOf(message: Json): OutlineMessage {
  const found = gathering();
  if (!isRecord(message)) return outlined("user", found);
  if (typeof message["content"] === "string") found.texts.push(message["content"]);
  for (const block of recordsIn(message["content"])) gatherBlock(found, block);
  const role = textIn(message, "role");
  return outlined(role === "assistant" || role === "system" ? role : "user", found);
}

function gatherBlock(found: Gathered, block: JsonObject): void {
  switch (block["type"]) {
    case "image":
      found.images += 1;
      return;
    case "document": {
      const { source } = block;
      if (!isRecord(source)) return;
      found.texts.push(source["type"] === "text" ? textIn(source, "data") : "");
      if (source["type"] === "base64") found.attachedBytes += decodedBytes(textIn(source, "data"));
      return;
    }
    case "tool_use":
    case "server_tool_use":
      found.calls.push(textIn(block, "id"));
      found.texts.push(textIn(block, "name"), asText(block["input"]));
      return;
    case "tool_result":
      found.answers.push(textIn(block, "tool_use_id"));
      if (typeof block["content"] === "string") found.texts.push(block["content"]);
      for (const part of recordsIn(block["content"])) gatherBlock(found, part);
      return;
    case "thinking":
      found.texts.push(textIn(block, "thinking"));
      return;
    case "text":
      found.texts.push(textIn(block, "text"));
      return;
    default:
      found.texts.push(asText(block));
  }
}
