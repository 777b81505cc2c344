import type { Json } from "../../../../domain/json.ts";
import type { CheckedMessage } from "../../checked-members.ts";
import { variablesInOpening } from "../../variables-in-opening.ts";
import type { CheckedFields } from "./check-fields.ts";

/**
 * The opening of a conversation: the user's id, the values for the prompt's variables, the system prompt and
 * the messages up to and including the first of the user, as a text that two conversations share only if these are equal; `null` when there is no
 * user message.
 */
export function openingOf({ user, system, messages, variables }: CheckedFields): string | null {
  let opening = user === null ? "" : `user ${user.length} ${user}\n`;
  opening += variablesInOpening(variables);
  if (system !== null) opening += part("system", system);
  for (const { role, content } of messages) {
    opening += part(role, content ?? null);
    if (role === "user") return opening;
  }
  return null;
}

/** The length before the text keeps one message from imitating two. */
function part(role: string, content: Json): string {
  const isText = typeof content === "string";
  const text = isText ? content : JSON.stringify(content);
  return `${role} ${isText ? "" : "parts "}${text.length} ${text}\n`;
}

/**
 * Whether earlier turns are sent along, so that the conversation began before this request. An assistant's
 * message at the very end is no turn: it is the beginning of the answer, put into the model's mouth.
 */
export function isContinued(messages: readonly CheckedMessage[]): boolean {
  return messages.some(({ role, content }, index) =>
    role === "assistant" ? index < messages.length - 1 : Array.isArray(content) && content.some(isToolResult),
  );
}

/** Whether the last message brings results of tools that failed; those of earlier turns came with their own requests. */
export function hasToolErrors(messages: readonly CheckedMessage[]): boolean {
  const content = messages.at(-1)?.content;
  return Array.isArray(content) && content.some((block: Json) => isToolResult(block) && isMarkedAsError(block));
}

const isMarkedAsError = (block: Json): boolean =>
  typeof block === "object" && block !== null && "is_error" in block && block["is_error"] === true;

const isToolResult = (block: Json): boolean =>
  typeof block === "object" && block !== null && "type" in block && block["type"] === "tool_result";
