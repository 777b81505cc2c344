import { SERIES_MEMBERS, SPAN_MS } from "./series-cell.ts";
import type { SeriesCell, SeriesMembers } from "./series-cell.ts";
import { addTally, openTally } from "./tally.ts";
import type { OpenTally } from "./tally.ts";

/** Members as one text that no other members have. */
export const membersKey = (members: Partial<SeriesMembers>): string =>
  JSON.stringify(SERIES_MEMBERS.map((member) => members[member] ?? null));

/** Cells of minutes as cells of their hours. */
export function hourCells(minutes: readonly SeriesCell[]): readonly SeriesCell[] {
  const hours = new Map<string, SeriesCell & { readonly tally: OpenTally }>();
  for (const { start, members, tally } of minutes) {
    const hour = Math.floor(start / SPAN_MS.hour) * SPAN_MS.hour;
    const key = `${hour} ${membersKey(members)}`;
    const known = hours.get(key) ?? { start: hour, members, tally: openTally() };
    hours.set(key, known);
    addTally(known.tally, tally);
  }
  return [...hours.values()];
}
