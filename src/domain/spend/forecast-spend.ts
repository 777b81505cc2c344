/** What spend until the end of a day or month is expected to be, pico-dollars. */
export interface SpendForecast {
  readonly spentPico: bigint;
  /** Spent and what is still to come. */
  readonly expectedPico: bigint;
  /** The same from the cheapest and from the dearest of the days that were seen. */
  readonly lowPico: bigint;
  readonly highPico: bigint;
  /** Days that it rests on. */
  readonly days: number;
}

/** What is known at the moment of the forecast. */
export interface SpendSoFar {
  /** Spent since the day or month began, pico-dollars. */
  readonly spentPico: bigint;
  /** Spend of the last 24 hours of each full day before now, newest first, pico-dollars. */
  readonly dailyPico: readonly bigint[];
  /** Milliseconds from now to the end of the day or month. */
  readonly leftMs: number;
}

const DAY_MS = 86_400_000;

/** Weeks repeat themselves: more days than this are another time. */
const MOST_DAYS = 28;

/**
 * Spent plus the mean of the days seen for the time left. `null` before a full day was seen. The bounds are no
 * confidence interval: they say what it comes to if every day left is like the cheapest or the dearest one.
 */
export function forecastSpend({ spentPico, dailyPico, leftMs }: SpendSoFar): SpendForecast | null {
  const days = dailyPico.slice(0, MOST_DAYS);
  const [first, ...rest] = days;
  if (first === undefined) return null;
  const sum = days.reduce((total, each) => total + each, 0n);
  const left = BigInt(Math.max(0, Math.round(leftMs)));
  const over = (perDayPico: bigint, divisor = 1n): bigint => (perDayPico * left) / (BigInt(DAY_MS) * divisor);
  const low = rest.reduce((least, each) => (each < least ? each : least), first);
  const high = rest.reduce((most, each) => (each > most ? each : most), first);
  return {
    spentPico,
    expectedPico: spentPico + over(sum, BigInt(days.length)),
    lowPico: spentPico + over(low),
    highPico: spentPico + over(high),
    days: days.length,
  };
}
