/** A day of the week as ISO 8601 counts: Monday is 1, Sunday 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Minutes since midnight by the wall clock, 0 to 1,440. */
export type MinuteOfDay = number;

/**
 * When something is allowed or forbidden, in the wall-clock time of a zone that is named beside it: hours of certain
 * days of the week, or everything between two instants. `from` is in it, `until` is not.
 */
export type TimeWindow =
  | {
      readonly type: "weekly";
      readonly days: readonly Weekday[];
      readonly from: MinuteOfDay;
      /** Not above `from`: the window goes on past midnight, into the next day. */
      readonly until: MinuteOfDay;
    }
  /** Epoch milliseconds; `null` has no end. */
  | { readonly type: "dates"; readonly from: number; readonly until: number | null };
