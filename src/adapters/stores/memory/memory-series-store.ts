import { hourCells, membersKey } from "../../../domain/series/hour-cells.ts";
import { NO_DURATIONS } from "../../../domain/series/histogram.ts";
import { SERIES_MEMBERS } from "../../../domain/series/series-cell.ts";
import type { SeriesCell, SeriesMembers, SeriesSpan, SeriesTally } from "../../../domain/series/series-cell.ts";
import { addTally, openTally, plainTally } from "../../../domain/series/tally.ts";
import type { OpenTally } from "../../../domain/series/tally.ts";
import type { SeriesAnswer, SeriesQuery, SeriesStore, SeriesSum } from "../../../ports/series-store.ts";

type Kept = SeriesCell & { readonly span: SeriesSpan; readonly tally: OpenTally };

/** Series in memory, of at most `maxCells` cells; those that were begun first go first. */
export function createMemorySeriesStore(maxCells: number): SeriesStore {
  const cells = new Map<string, Kept>();
  const sequences = new Map<string, number>();
  const addOne = (span: SeriesSpan, { start, members, tally }: SeriesCell): void => {
    const key = `${span} ${start} ${membersKey(members)}`;
    const known = cells.get(key) ?? { span, start, members, tally: openTally() };
    cells.set(key, known);
    addTally(known.tally, tally);
  };
  return {
    async add({ replicaId, sequence, cells: minutes }) {
      if (sequence <= (sequences.get(replicaId) ?? 0)) return;
      sequences.set(replicaId, sequence);
      for (const cell of minutes) addOne("minute", cell);
      for (const cell of hourCells(minutes)) addOne("hour", cell);
      for (const key of cells.keys()) if (cells.size > maxCells) cells.delete(key);
    },
    query: async (query) => answerOf([...cells.values()], query),
    // Hours in memory are added up soon enough.
    makeDays: async () => 0,
    async expire(before) {
      for (const [key, { span, start }] of cells) if (start < before[span]) cells.delete(key);
    },
  };
}

function answerOf(cells: readonly Kept[], query: SeriesQuery): SeriesAnswer {
  const { from, to, stepMs, by, where = {}, limit, span } = query;
  const sums = new Map<string, SeriesSum & { readonly tally: OpenTally }>();
  for (const cell of cells) {
    if (cell.span !== span || cell.start < from || cell.start >= to || !isMeant(cell.members, where)) continue;
    const members = Object.fromEntries(by.map((member) => [member, cell.members[member]]));
    const start = stepMs === undefined ? null : cell.start - (cell.start % stepMs);
    const key = `${start} ${membersKey(members)}`;
    const known = sums.get(key) ?? { ...(start !== null && { start }), members, tally: openTally() };
    sums.set(key, known);
    addTally(known.tally, cell.tally);
  }
  const ordered = [...sums.values()].toSorted(
    (one, other) => (one.start ?? 0) - (other.start ?? 0) || other.tally.calls - one.tally.calls,
  );
  return {
    sums: ordered.slice(0, limit).map((sum) => ({ ...sum, tally: wanted(sum.tally, query) })),
    isCut: ordered.length > limit,
  };
}

const isMeant = (members: SeriesMembers, where: Partial<SeriesMembers>): boolean =>
  SERIES_MEMBERS.every((member) => where[member] === undefined || members[member] === where[member]);

const wanted = (tally: SeriesTally, { histograms }: SeriesQuery): SeriesTally =>
  plainTally({
    ...tally,
    latency: histograms.includes("latency") ? tally.latency : NO_DURATIONS,
    firstToken: histograms.includes("firstToken") ? tally.firstToken : NO_DURATIONS,
  });
