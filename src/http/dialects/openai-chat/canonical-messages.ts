import type { CanonicalMessage, ContentPart, ToolCall } from "../../../domain/call/canonical.ts";
import { imagePart } from "./image-part.ts";
import type { Fields } from "../fields.ts";

/** Messages in order. A system message of several parts becomes several, so that the parts stay apart. */
export function canonicalMessages(messages: readonly Fields[]): readonly CanonicalMessage[] {
  return messages.flatMap((message) => {
    const read = messageOf(message);
    message.done();
    return read;
  });
}

function messageOf(message: Fields): readonly CanonicalMessage[] {
  switch (message.requiredString("role")) {
    case "system":
    case "developer":
      return textsOf(message).map((text) => ({ role: "system", text }));
    case "user":
      return [{ role: "user", content: userContent(message) }];
    case "assistant":
      return [assistantMessage(message)];
    case "tool":
      // The name repeats what the call's id says.
      message.leave("name");
      return [
        {
          role: "tool",
          toolCallId: message.requiredString("tool_call_id"),
          content: texts(textsOf(message)),
          isError: false,
        },
      ];
    default:
      throw message.untranslatable("role");
  }
}

const texts = (said: readonly string[]): readonly { readonly type: "text"; readonly text: string }[] =>
  said.map((text) => ({ type: "text", text }));

/** `content` as texts: one for a string, one for each part. */
function textsOf(message: Fields): readonly string[] {
  const content = message.value("content");
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) throw message.invalid("content", "must be a string or an array of parts");
  return message.items("content").map(textPart);
}

function textPart(part: Fields): string {
  const type = part.requiredString("type");
  if (type !== "text" && type !== "refusal") throw part.untranslatable("type");
  const text = part.string(type);
  if (text === null) throw part.invalid(type, "must be a string");
  part.done();
  return text;
}

function userContent(message: Fields): readonly ContentPart[] {
  const content = message.value("content");
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw message.invalid("content", "must be a string or an array of parts");
  return message.items("content").map((part) => {
    const type = part.requiredString("type");
    if (type !== "image_url") return { type: "text", text: textPart(part) };
    const image = imagePart(part.fields("image_url"));
    part.done();
    return image;
  });
}

/**
 * An assistant's message as clients send it back: with the fields of an answer that are empty. A refusal is
 * what the assistant said, so it is carried as text.
 */
function assistantMessage(message: Fields): CanonicalMessage {
  message.leaveDefault("annotations", []);
  const refusal = message.string("refusal");
  const said = message.value("content") === null ? [] : textsOf(message);
  return {
    role: "assistant",
    content: [
      ...texts(said),
      ...(refusal === null ? [] : [{ type: "refusal", text: refusal } as const]),
      ...message.items("tool_calls").map((item) => ({ type: "tool-call", ...toolCall(item) }) as const),
    ],
  };
}

function toolCall(call: Fields): ToolCall {
  if (call.requiredString("type") !== "function") throw call.untranslatable("type");
  // Chunks number their calls; a client that joins them may send the number back.
  call.leave("index");
  const called = call.fields("function");
  const read = {
    id: call.requiredString("id"),
    name: called.requiredString("name"),
    arguments: called.string("arguments") ?? "",
  };
  called.done();
  call.done();
  return read;
}
