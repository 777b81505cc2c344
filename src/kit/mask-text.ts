import { findPersonal } from "./masking/find-personal.ts";
import { findSecrets } from "./masking/find-secrets.ts";
import type { Finder, MaskedSpan } from "./masking/span.ts";

/** Nothing shorter can be anything of it: `a@b.c`. */
const SHORTEST = 5;

/**
 * A text with secrets (keys, tokens, passwords, private keys) and personal data (e-mail addresses, card numbers and IBANs by their check
 * digits, international phone numbers) replaced by what they are. A net with holes: what has no known form passes. Takes time in proportion
 * to the text, whatever is in it.
 */
export function maskText(text: string): string {
  if (text.length < SHORTEST) return text;
  // Secrets first: the password of a URL and its host look like an address.
  return replaced(replaced(text, findSecrets), findPersonal);
}

function replaced(text: string, find: Finder): string {
  const spans = find(text);
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, mask } of merged(spans)) {
    parts.push(text.slice(at, start), mask);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** Spans in order; those that overlap are one, of the kind of the first. */
function merged(spans: readonly MaskedSpan[]): readonly MaskedSpan[] {
  const result: MaskedSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push(span);
    else if (span.end > last.end) result[result.length - 1] = { ...last, end: span.end };
  }
  return result;
}
