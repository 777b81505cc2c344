/** Replaces the bytes from `start` to `end` (half-open). An empty range inserts; empty `bytes` delete. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/**
 * Applies edits to a document and returns the new one, made with one allocation. The edits may come in any
 * order; inserts at one place keep theirs, and come before a replacement that begins there. Throws
 * RangeError when two overlap or one leaves the document. What is inserted is not checked.
 */
export function spliceJson(bytes: Buffer, edits: readonly Splice[]): Buffer {
  const sorted = isSorted(edits) ? edits : inOrder(edits);
  const result = Buffer.allocUnsafe(lengthAfter(bytes, sorted));
  let from = 0;
  let to = 0;
  for (const edit of sorted) {
    to += bytes.copy(result, to, from, edit.start);
    to += edit.bytes.copy(result, to);
    from = edit.end;
  }
  bytes.copy(result, to, from);
  return result;
}

const byPlace = (a: Splice, b: Splice): number => a.start - b.start || a.end - b.end;

/** Up to so many edits are put in order one by one: the general sort takes 0.9 KB to begin with. */
const FEW_EDITS = 16;

function inOrder(edits: readonly Splice[]): readonly Splice[] {
  if (edits.length > FEW_EDITS) return edits.toSorted(byPlace);
  const sorted: Splice[] = [];
  for (const edit of edits) {
    let at = sorted.length;
    for (let before = sorted[at - 1]; before !== undefined && byPlace(before, edit) > 0; before = sorted[at - 1]) {
      sorted[at] = before;
      at -= 1;
    }
    sorted[at] = edit;
  }
  return sorted;
}

function isSorted(edits: readonly Splice[]): boolean {
  let last: Splice | null = null;
  for (const edit of edits) {
    if (last !== null && byPlace(last, edit) > 0) return false;
    last = edit;
  }
  return true;
}

function lengthAfter(bytes: Buffer, sorted: readonly Splice[]): number {
  let length = bytes.length;
  let from = 0;
  for (const { start, end, bytes: inserted } of sorted) {
    const isInOrder = start >= from && end >= start && end <= bytes.length;
    if (!isInOrder)
      throw new RangeError(`The edit of bytes ${start} to ${end} overlaps another or leaves the document.`);
    length += inserted.length - (end - start);
    from = end;
  }
  return length;
}
