import type { AssistantPart, CanonicalMessage, ContentPart, ToolCall } from "../../../domain/call/canonical.ts";
import type { Fields } from "../fields.ts";
import { reasoningPart } from "./reasoning-details.ts";
import { textPart, userPart } from "./user-part.ts";

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
  return message.items("content").map((part) => textPart(part));
}

function userContent(message: Fields): readonly ContentPart[] {
  const content = message.value("content");
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw message.invalid("content", "must be a string or an array of parts");
  return message.items("content").map(userPart);
}

/**
 * An assistant's message as clients send it back, with the fields of an answer that are empty. Reasoning that
 * came without a signature is left out: it belongs to the turn that it was made in, no provider asks for it, and
 * some refuse it. With one it is kept, for the provider that signed it.
 */
function assistantMessage(message: Fields): CanonicalMessage {
  message.leaveDefault("annotations", []);
  message.leave("reasoning", "reasoning_content");
  const refusal = message.string("refusal");
  return {
    role: "assistant",
    content: [
      ...message.items("reasoning_details").flatMap(reasoningPart),
      ...assistantContent(message),
      ...(refusal === null || refusal === "" ? [] : [{ type: "refusal", text: refusal } as const]),
      ...message.items("tool_calls").map((item) => ({ type: "tool-call", ...toolCall(item) }) as const),
    ],
  };
}

/** Text that is empty stands beside tool calls and says nothing. */
function assistantContent(message: Fields): readonly AssistantPart[] {
  const content = message.value("content");
  if (content === null || content === "") return [];
  if (!Array.isArray(content)) return texts(textsOf(message));
  return message.items("content").map((part) => {
    const type = part.value("type") === "refusal" ? "refusal" : "text";
    return { type, text: textPart(part) };
  });
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
