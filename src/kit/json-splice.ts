/** Replaces the bytes from `start` to `end` (half-open). An empty range inserts. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** Applies edits that do not overlap; inserts at the same place keep their order. Throws RangeError on overlap. */
export function spliceJson(bytes: Buffer, edits: readonly Splice[]): Buffer {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let length = bytes.length;
  for (const edit of sorted) length += edit.bytes.length - (edit.end - edit.start);
  const result = Buffer.allocUnsafe(length);
  let from = 0;
  let to = 0;
  for (const edit of sorted) {
    if (edit.start < from || edit.end < edit.start || edit.end > bytes.length) throw new RangeError("Edits overlap.");
    to += bytes.copy(result, to, from, edit.start);
    to += edit.bytes.copy(result, to);
    from = edit.end;
  }
  bytes.copy(result, to, from);
  return result;
}
