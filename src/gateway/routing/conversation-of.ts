import type { CanonicalMessage, CanonicalRequest } from "../../domain/call/canonical.ts";
import { NO_TERMS } from "../../domain/answer/answer-terms.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Conversation } from "../../domain/routing/features.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** Fields without a place in the canonical call that are left out of account. */
const MOST_LEFT_OUT = 8;

/** What is said in the request, the release's own prompt not included; `null` where there is no conversation. */
export function conversationOf(open: OpenCall): Conversation | null {
  const { dialect } = open.arrival;
  const { body } = present(open.request);
  const request = understood(dialect, body);
  if (request === null) return outlined(dialect, body);
  const { messages, tools, responseFormat } = request;
  return { messages: messages.map(messageOf), tools, format: responseFormat?.type ?? "text" };
}

/** Where something inside the messages has no place in the canonical call. */
function outlined(dialect: Dialect, body: JsonObject): Conversation | null {
  const messages = dialect.outline?.(body).messages;
  if (messages === undefined) return null;
  const { tools, format } = dialect.checking?.terms(body) ?? NO_TERMS;
  return { messages, tools, format };
}

/** The canonical request, without fields that have no place there: routing does not look at them. */
function understood(dialect: Dialect, whole: JsonObject): CanonicalRequest | null {
  let body = whole;
  for (let left = 0; left <= MOST_LEFT_OUT; left += 1) {
    try {
      return dialect.toCanonical(body, "routing");
    } catch (error) {
      const { code, details } = RollwardError.from(error);
      const field = String(details["field"]);
      if (code !== "untranslatable" || !Object.hasOwn(body, field)) return null;
      const { [field]: _, ...rest } = body;
      body = rest;
    }
  }
  return null;
}

function messageOf(message: CanonicalMessage): Conversation["messages"][number] {
  if (message.role === "system") return { role: "system", text: message.text, images: 0 };
  let images = 0;
  const texts: string[] = [];
  for (const part of message.content) {
    if (part.type === "text" || part.type === "refusal") texts.push(part.text);
    else if (part.type === "tool-call") texts.push(part.arguments);
    else if (part.type === "image" || part.type === "image-data") images += 1;
  }
  return { role: message.role, text: texts.join("\n"), images };
}
