/** An instant by the minute, UTC: `14:00 on 2026-11-18`. */
const instantWords = (at: number): string => {
  const text = new Date(at).toISOString();
  return `${text.slice(11, 16)} on ${text.slice(0, 10)}`;
};

/** What something is compared with: the time (epoch ms) whose spend was the median of so many days. */
export function medianWords(at: number, days: number): string {
  if (days === 0) return `${instantWords(at)}, when nothing was spent`;
  return `${instantWords(at)}, ${days === 1 ? "the only day before" : `the median of ${days} days`}`;
}
