const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "250ms", "30s", "1h30m" in milliseconds; `null` when it is no duration. */
export function parseDurationMs(text: string): number | null {
  if (!/^(\d{1,9}(ms|[smhd])){1,5}$/.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhd])/g))
    total += Number(count) * (UNITS_MS[unit ?? ""] ?? 0);
  return total;
}

/** A duration for people: "2.5 s", "40 min", "5.5 days". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  for (const [limit, unit, name] of [
    [120_000, 1_000, "s"],
    [7_200_000, 60_000, "min"],
    [172_800_000, 3_600_000, "h"],
  ] as const) {
    if (ms < limit) return `${Number((ms / unit).toFixed(1))} ${name}`;
  }
  return `${Number((ms / 86_400_000).toFixed(1))} days`;
}
