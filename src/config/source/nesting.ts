import type { CST } from "yaml";

/** Deepest nesting of any file, the same as for request bodies. */
export const MAX_NESTING = 64;

/** Most values of one file after its aliases are followed. */
const MAX_VALUES = 200_000;

function childrenOf(token: CST.Token | null | undefined): readonly (CST.Token | null | undefined)[] {
  if (token === null || token === undefined) return [];
  if ("items" in token) return token.items.flatMap((item) => [item.key, item.value]);
  return token.type === "document" ? [token.value] : [];
}

/** Whether a syntax tree is nested deeper than allowed; level by level, because a hostile one overflows recursion. */
export function isTooDeep(token: CST.Token): boolean {
  let level: readonly (CST.Token | null | undefined)[] = [token];
  // One level more for the document itself.
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING + 1) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

/** Offset of the quote that opens the first quoted text without an end; `null` when every text has one. */
export function openQuote(tokens: readonly CST.Token[]): number | null {
  let level: readonly (CST.Token | null | undefined)[] = tokens;
  const open: number[] = [];
  while (level.length > 0) {
    for (const token of level) {
      if (token?.type !== "double-quoted-scalar" && token?.type !== "single-quoted-scalar") continue;
      if (token.source.length < 2 || token.source.at(-1) !== token.source[0]) open.push(token.offset);
    }
    level = level.flatMap(childrenOf);
  }
  return open.length === 0 ? null : open.reduce((least, offset) => Math.min(least, offset));
}

/** Whether plain data stays within the bounds; aliases can make it deeper, larger, even circular. */
export function isBounded(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth > MAX_NESTING || count > MAX_VALUES) return false;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return true;
}
