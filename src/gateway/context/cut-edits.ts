import type { ByteEdit, ByteSpan } from "../../ports/dialect.ts";

const NOTHING = Buffer.alloc(0);

/**
 * The edits that leave messages out of their array, each with the comma behind it; the last element always stays.
 * `instead` takes the place of the first one. All other bytes stay as they are.
 */
export function cutEdits(
  elements: readonly ByteSpan[],
  positions: readonly number[],
  instead: string | null,
): readonly ByteEdit[] {
  const edits: ByteEdit[] = [];
  for (const position of positions) {
    const element = elements[position];
    const next = elements[position + 1];
    if (element === undefined || next === undefined)
      throw new Error("The last message of a conversation is never cut.");
    edits.push({ start: element.start, end: next.start, bytes: NOTHING });
  }
  const [first] = edits;
  if (first !== undefined && instead !== null) edits[0] = { ...first, bytes: Buffer.from(`${instead},`) };
  return edits;
}
