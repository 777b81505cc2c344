import type { ScanSpan } from "./json-scan.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Where the elements of an array stand, each without the space around it. `array` is the span of the array in a
 * document that has passed `scanJsonObject`. Linear, without recursion.
 */
export function jsonElements(bytes: Buffer, array: ScanSpan): readonly ScanSpan[] {
  const elements: ScanSpan[] = [];
  let depth = 0;
  let start = array.start + 1;
  for (let at = array.start + 1; at < array.end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) depth += 1;
    else if (depth > 0 && (byte === CLOSE_BRACKET || byte === CLOSE_BRACE)) depth -= 1;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) {
      const element = trimmed(bytes, start, at);
      if (element.end > element.start) elements.push(element);
      start = at + 1;
    }
  }
  return elements;
}

function endOfString(bytes: Buffer, quote: number): number {
  let at = quote + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function trimmed(bytes: Buffer, from: number, to: number): ScanSpan {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return { start, end };
}
