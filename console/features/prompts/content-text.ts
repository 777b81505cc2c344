interface Message {
  readonly role: string;
  readonly template: string;
}

/** A prompt is shown as its messages, everything else as JSON. */
export function contentText(content: unknown): string {
  const messages = messagesIn(content);
  if (messages === null) return JSON.stringify(content, null, 2);
  if (messages.length === 1) return messages[0]?.template ?? "";
  return messages.map(({ role, template }) => `[${role}]\n${template}`).join("\n\n");
}

/** How it is coloured. */
export const languageOf = (content: unknown): "markdown" | "json" =>
  messagesIn(content) === null ? "json" : "markdown";

function messagesIn(content: unknown): readonly Message[] | null {
  const { messages } = (content ?? {}) as { readonly messages?: unknown };
  return Array.isArray(messages) && messages.every(isMessage) ? messages : null;
}

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && typeof (value as Message).template === "string";
