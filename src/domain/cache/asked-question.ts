import type { CanonicalMessage, CanonicalRequest } from "../call/canonical.ts";
import type { SemanticBar } from "./semantic-fact.ts";
import { questionBar } from "./semantic/question-bar.ts";
import { standaloneBar } from "./semantic/standalone.ts";

/** What is asked last, and all that stands before it. */
export interface AskedQuestion {
  readonly text: string;
  readonly context: readonly CanonicalMessage[];
}

/** The question of a conversation by itself, or why its words alone do not say what is meant. */
export function askedQuestion({ messages }: Pick<CanonicalRequest, "messages">): AskedQuestion | SemanticBar {
  const last = messages.at(-1);
  if (last?.role !== "user" || !last.content.every(({ type }) => type === "text")) return "not-words";
  const text = last.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  // A database takes no text with such a character.
  if (text.includes("\u0000")) return "not-words";
  const context = messages.slice(0, -1);
  const bar = questionBar(text) ?? (context.some(isTurn) ? standaloneBar(text) : null);
  return bar ?? { text, context };
}

/** Words of the system are the same for every question; earlier turns are what a pronoun points to. */
const isTurn = ({ role }: CanonicalMessage): boolean => role !== "system";
