import type {
  SeriesCell,
  SeriesHistogram,
  SeriesMember,
  SeriesMembers,
  SeriesSpan,
  SeriesTally,
} from "../domain/series/series-cell.ts";

/** What one replica has counted since its last batch. */
export interface SeriesBatch {
  readonly replicaId: string;
  /** Counts up with every batch of the replica; one that is not above the last is known and changes nothing. */
  readonly sequence: number;
  /** Of minutes; the store adds them to their hours itself. At most one of each minute and members. */
  readonly cells: readonly SeriesCell[];
}

/** Which cells are added up. */
export interface SeriesQuery {
  readonly span: SeriesSpan;
  /** Beginning, inclusive, and end, exclusive, of the cells, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Cells of one step are added up, and steps count from the epoch, ms: whole spans. Absent adds all of them up. */
  readonly stepMs?: number;
  /** What sums are told apart by; the empty list makes one of everything. */
  readonly by: readonly SeriesMember[];
  /** Only cells with these members. */
  readonly where?: Partial<SeriesMembers>;
  /** Which histograms are wanted; others are empty in the answer, which is cheaper. */
  readonly histograms: readonly SeriesHistogram[];
  /** Most sums in the answer. */
  readonly limit: number;
}

/** The sum of cells, with the members that were asked for. */
export interface SeriesSum {
  /** Beginning of the step, epoch milliseconds; absent without steps. */
  readonly start?: number;
  readonly members: Partial<SeriesMembers>;
  readonly tally: SeriesTally;
}

/** Sums in order of their beginning, then the most calls first. A step without cells has none. */
export interface SeriesAnswer {
  readonly sums: readonly SeriesSum[];
  /** Whether there were more than `limit`. */
  readonly isCut: boolean;
}

/** Which days are made. */
export interface DaysTerms {
  /** They begin from `from` to before `before`, epoch milliseconds. */
  readonly from: number;
  readonly before: number;
  /** Most of them at once. */
  readonly limit: number;
}

/**
 * What calls came to, by the minute and by the hour, of all replicas together. Of whole days (UTC) a query of hours without steps, or with
 * steps of whole days, may read cells of days, which say the same and are fewer.
 */
export interface SeriesStore {
  /** Adds what was counted, all of it or nothing. The same batch again changes nothing. */
  add(batch: SeriesBatch): Promise<void>;
  query(query: SeriesQuery): Promise<SeriesAnswer>;
  /**
   * Makes cells of days out of those of hours, the newest of those days first that have none; answers how many it made. Where something is
   * added to a day afterwards it has none until it is made again.
   */
  makeDays(terms: DaysTerms): Promise<number>;
  /** Deletes cells of minutes and of hours before these instants, epoch milliseconds; those of days go with the hours. */
  expire(before: Readonly<Record<SeriesSpan, number>>): Promise<void>;
}
