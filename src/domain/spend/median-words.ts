/** An instant by the minute, UTC: `14:00 on 2026-11-18`. */
const instantWords = (at: number): string => {
  const text = new Date(at).toISOString();
  return `${text.slice(11, 16)} on ${text.slice(0, 10)}`;
};

/** What something is compared with: the time (epoch ms) whose spend was the median of so many days. */
export const medianWords = (at: number, days: number): string =>
  days === 1 ? `${instantWords(at)}, the only day before` : `${instantWords(at)}, the median of ${days} days`;
