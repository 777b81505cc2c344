/** Characters of a text that are compared; the rest of a longer one is not looked at. */
const MOST_CHARACTERS = 20_000;

/** Length of the pieces. */
const PIECE = 3;

/**
 * How alike two texts are, from 0 to 1: the Dice coefficient of their multisets of three-character pieces, white space
 * and letter case aside. Deterministic and cheap; it sees shared wording and nothing of meaning: two answers that say the
 * same in other words score low. Source: Dice, Measures of the amount of ecologic association between species, Ecology
 * 26, 1945, with pieces of characters as in Adamson and Boreham, Information Storage and Retrieval 10, 1974.
 */
export function textSimilarity(one: string, other: string): number {
  const [left, right] = [plain(one), plain(other)];
  if (left === right) return 1;
  const [a, b] = [piecesOf(left), piecesOf(right)];
  let shared = 0;
  for (const [piece, count] of a.counts) shared += Math.min(count, b.counts.get(piece) ?? 0);
  return a.total + b.total === 0 ? 0 : (2 * shared) / (a.total + b.total);
}

const plain = (text: string): string => text.slice(0, MOST_CHARACTERS).toLowerCase().split(/\s+/).join(" ").trim();

interface Pieces {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** A text shorter than a piece is one piece. */
function piecesOf(text: string): Pieces {
  if (text === "") return { counts: new Map(), total: 0 };
  const counts = new Map<string, number>();
  const total = Math.max(1, text.length - PIECE + 1);
  for (let at = 0; at < total; at += 1) {
    const piece = text.slice(at, at + PIECE);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return { counts, total };
}
