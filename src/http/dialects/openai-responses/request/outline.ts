import type { OutlineMessage, RequestOutline } from "../../../../domain/call/outline.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import { isRecord } from "../../is-record.ts";
import { asText, decodedBytes, gathering, numberIn, outlined, recordsIn, textIn } from "../../gathered.ts";
import type { Gathered } from "../../gathered.ts";

/** What a request for a response is made of. An input that is a text is one message of the user and cannot be cut. */
export function outline(body: JsonObject): RequestOutline {
  const { input } = body;
  const isList = Array.isArray(input);
  const beside = [body["instructions"], body["tools"], body["text"]].map(asText);
  return {
    member: isList ? "input" : null,
    messages: isList ? input.map(itemOf) : [],
    beside: [...beside, isList ? "" : asText(input)].join("\n"),
    maxTokens: numberIn(body, "max_output_tokens"),
  };
}

const ROLES: Readonly<Record<string, OutlineMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

function itemOf(item: Json): OutlineMessage {
  const found = gathering();
  if (!isRecord(item)) return outlined("user", found);
  const type = item["type"];
  if (type === undefined || type === "message") {
    if (typeof item["content"] === "string") found.texts.push(item["content"]);
    for (const part of recordsIn(item["content"])) gatherPart(found, part);
    return outlined(ROLES[textIn(item, "role")] ?? "user", found);
  }
  const id = textIn(item, "call_id");
  if (typeof type === "string" && type.endsWith("_call_output")) {
    found.answers.push(id);
    found.texts.push(asText(item["output"]));
    return outlined("tool", found);
  }
  if (id !== "") found.calls.push(id);
  found.texts.push(asText(item));
  return outlined("assistant", found);
}

function gatherPart(found: Gathered, part: JsonObject): void {
  switch (part["type"]) {
    case "input_image":
      found.images += 1;
      return;
    case "input_file":
      found.attachedBytes += decodedBytes(textIn(part, "file_data"));
      return;
    default:
      found.texts.push(textIn(part, "text"), textIn(part, "refusal"));
  }
}
