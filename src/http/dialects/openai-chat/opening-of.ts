import type { JsonObject } from "../../../domain/json.ts";
import type { CheckedMessage } from "../checked-members.ts";
import { variablesInOpening } from "../variables-in-opening.ts";

/** What an opening is told by. */
interface Opening {
  readonly messages: readonly CheckedMessage[];
  readonly user: string | null;
  readonly variables: JsonObject | null;
}

/**
 * The opening of a conversation up to and including its first user message, as a text that two
 * conversations share only if their openings are equal; `null` when there is no user message. The user's
 * id leads it, so that two users who begin alike are told apart, and then the values for the prompt's variables.
 */
export function openingOf({ messages, user, variables }: Opening): string | null {
  let opening = user === null ? "" : `user ${user.length} ${user}\n`;
  opening += variablesInOpening(variables);
  for (const { role, content } of messages) {
    const isText = typeof content === "string";
    const text = isText ? content : JSON.stringify(content ?? null);
    // The length before the text keeps one message from imitating two.
    opening += `${role} ${isText ? "" : "parts "}${text.length} ${text}\n`;
    if (role === "user") return opening;
  }
  return null;
}

/** Whether earlier turns are sent along, so that the conversation began before this request. */
export function isContinued(messages: readonly CheckedMessage[]): boolean {
  return messages.some(({ role }) => role === "assistant" || role === "tool" || role === "function");
}
