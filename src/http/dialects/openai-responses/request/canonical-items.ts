import type { AssistantPart, CanonicalMessage, ReasoningPart } from "../../../../domain/call/canonical.ts";
import type { Fields } from "../../fields.ts";
import { unpackReasoning } from "../opaque-reasoning.ts";
import { assistantContent, contentOf, textsOf } from "./canonical-content.ts";

/**
 * Items of a conversation as messages, in order: what the model made between two turns of others is one message
 * of the assistant. Items of hosted tools and references to items are `untranslatable`.
 */
export function canonicalItems(items: readonly Fields[]): readonly CanonicalMessage[] {
  const messages: CanonicalMessage[] = [];
  let turn: AssistantPart[] = [];
  const closeTurn = (): void => {
    if (turn.length > 0) messages.push({ role: "assistant", content: turn });
    turn = [];
  };
  for (const item of items) {
    const made = assistantParts(item);
    if (made !== null) turn.push(...made);
    else {
      closeTurn();
      messages.push(...othersMessage(item));
    }
    item.done();
  }
  closeTurn();
  return messages;
}

/** The role of a message; `null` for items of other types. */
function roleOf(item: Fields): string | null {
  const type = item.string("type");
  return type === null || type === "message" ? item.requiredString("role") : null;
}

/** What the model made; `null` for items that others made. */
function assistantParts(item: Fields): readonly AssistantPart[] | null {
  // Ids and states are those of the answer that the item came from.
  item.leave("id", "status", "phase");
  switch (item.string("type")) {
    case "function_call":
      return [
        {
          type: "tool-call",
          id: item.requiredString("call_id"),
          name: item.requiredString("name"),
          arguments: item.string("arguments") ?? "",
        },
      ];
    case "reasoning":
      return [reasoningOf(item)];
    default:
      return roleOf(item) === "assistant" ? assistantContent(item) : null;
  }
}

function othersMessage(item: Fields): readonly CanonicalMessage[] {
  if (item.string("type") === "function_call_output") {
    return [
      {
        role: "tool",
        toolCallId: item.requiredString("call_id"),
        content: contentOf(item, "output"),
        isError: item.string("status") === "incomplete",
      },
    ];
  }
  switch (roleOf(item)) {
    case "system":
    case "developer":
      return textsOf(item).map((text) => ({ role: "system", text }));
    case "user":
      return [{ role: "user", content: contentOf(item, "content") }];
    case null:
      throw item.untranslatable("type");
    default:
      throw item.invalid("role", "must be one of user, assistant, system, developer");
  }
}

/** The summary, or the text where the model shows it, with what only its maker can read. */
function reasoningOf(item: Fields): ReasoningPart {
  const texts = [...item.items("summary"), ...item.items("content")].map((part) => {
    const type = part.requiredString("type");
    if (type !== "summary_text" && type !== "reasoning_text") throw part.untranslatable("type");
    const text = part.string("text") ?? "";
    part.done();
    return text;
  });
  const text = texts.length === 0 ? null : texts.join("\n\n");
  return { type: "reasoning", text, ...unpackReasoning(item.string("encrypted_content")) };
}
