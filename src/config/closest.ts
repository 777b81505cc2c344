// Longer words are no typing errors of each other, and the distance costs the product of the lengths.
const MAX_LENGTH = 200;

// Enough to find a slip of the pen; a hostile file could list far more.
const MAX_WORDS = 200;

/** Edit distance: the least number of inserted, removed, replaced or swapped neighbouring characters (restricted Damerau). */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (older[j - 2] ?? 0) + 1);
      row.push(least);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The words ordered by their distance to `word`, nearest first; equal distances keep their order. Looks at 200 words at most. */
export function byCloseness(word: string, words: readonly string[]): readonly string[] {
  const short = word.slice(0, MAX_LENGTH).toLowerCase();
  return words
    .slice(0, MAX_WORDS)
    .map((one) => ({ one, distance: editDistance(short, one.slice(0, MAX_LENGTH).toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ one }) => one);
}

/** The word that `word` was probably meant to be: at most a third of its characters differ; `null` when none is near. */
export function closest(word: string, words: readonly string[]): string | null {
  const [nearest] = byCloseness(word, words);
  if (nearest === undefined || word.length > MAX_LENGTH) return null;
  const distance = editDistance(word.toLowerCase(), nearest.toLowerCase());
  return distance <= Math.max(1, Math.floor(Math.max(word.length, nearest.length) / 3)) ? nearest : null;
}
