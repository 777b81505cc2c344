import type { VariantShare } from "./flag.ts";

/**
 * The variant at a point of [0, 1). Every variant has a home, an equal part of the line, and fills it from its beginning;
 * what one lacks room for at home it gets of the room that others leave, in the order of the names. So a variant that
 * grows takes units from those that shrink and from nobody else, as long as at most one of them has more than its
 * equal part: from 10 : 10 : 80 to 20 : 20 : 60 nobody moves between the first two. With two variants that always
 * holds; with three no rule could hold it for all changes (docs/decisions/0025-flags.md). `shares` are sorted by
 * name, sum to 1 and are not empty.
 */
export function variantAt(point: number, shares: readonly VariantShare[]): string {
  const count = shares.length;
  const at = Math.min(count - 1, Math.floor(point * count));
  const home = shares[at];
  if (home === undefined) throw new RangeError("A point lies in [0, 1), and there is at least one variant.");
  const offset = point * count - at;
  const filled = Math.min(1, home.share * count);
  if (offset < filled) return home.variant;
  return inRoom(roomBefore(shares, at) + offset - filled, shares) ?? largest(shares);
}

/** Room that the homes before this one leave, in homes. */
function roomBefore(shares: readonly VariantShare[], at: number): number {
  let room = 0;
  for (let index = 0; index < at; index += 1) room += Math.max(0, 1 - (shares[index]?.share ?? 0) * shares.length);
  return room;
}

/** Who has a place in the room that is left, in homes; `null` where rounding left a gap at the end. */
function inRoom(place: number, shares: readonly VariantShare[]): string | null {
  let taken = 0;
  let last: string | null = null;
  for (const { variant, share } of shares) {
    const needed = share * shares.length - 1;
    if (needed <= 0) continue;
    taken += needed;
    last = variant;
    if (place < taken) return variant;
  }
  return last;
}

const largest = (shares: readonly VariantShare[]): string =>
  shares.reduce((most, one) => (one.share > most.share ? one : most)).variant;
