import type { CheckedMessage } from "../checked-members.ts";

/**
 * The opening of a conversation up to and including its first user message, as a text that two
 * conversations share only if their openings are equal; `null` when there is no user message. The user's
 * id leads it, so that two users who begin alike are told apart.
 */
export function openingOf(messages: readonly CheckedMessage[], user: string | null): string | null {
  let opening = user === null ? "" : `user ${user.length} ${user}\n`;
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
