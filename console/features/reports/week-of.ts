const DAY_MS = 86_400_000;

/** The ISO week (UTC) so many weeks before now: `2026-W47`. */
export function weekOf(now: number, back: number): string {
  const date = new Date(now - back * 7 * DAY_MS);
  // The Thursday of a week says which year the week belongs to (ISO 8601).
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}
