/** Longest text of a group times its size, UTF-16 code units: about 30 questions of 80. */
const GROUP_UNITS = 2_500;

/**
 * Places of texts in groups of about the same length. The model fills every text of a group up to the longest one, and its cost
 * grows with the square of that: one long text among many short ones would cost as much as many long ones.
 */
export function lengthGroups(texts: readonly string[]): readonly (readonly number[])[] {
  const places = texts.map((_, at) => at).toSorted((one, other) => lengthAt(texts, one) - lengthAt(texts, other));
  const groups: number[][] = [];
  let group: number[] = [];
  for (const at of places) {
    if (group.length > 0 && (group.length + 1) * lengthAt(texts, at) > GROUP_UNITS) {
      groups.push(group);
      group = [];
    }
    group.push(at);
  }
  return group.length === 0 ? groups : [...groups, group];
}

const lengthAt = (texts: readonly string[], at: number): number => texts[at]?.length ?? 0;
