/** Who gets a report, and when. */
export interface ReportSettings {
  readonly name: string;
  readonly every: "week" | "month";
  /** Hour of the day, UTC, from which on it is sent: on Mondays, or on the first day of the month. */
  readonly hour: number;
  /** Names of notifiers. */
  readonly to: readonly string[];
}
