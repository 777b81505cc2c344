import type { AssistantPart } from "../../../domain/call/canonical.ts";

/** The text of an answer that is words alone, whatever was thought before; `null` for one that does something. */
export function answerText(parts: readonly AssistantPart[]): string | null {
  const said = parts.filter(({ type }) => type !== "reasoning");
  if (said.some(({ type }) => type !== "text")) return null;
  return said.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
}
