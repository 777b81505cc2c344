import type { CallObserver } from "../adapters/recorders/observed-recorder.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { SeriesBook } from "../domain/series/series-book.ts";
import { OperationBook } from "../domain/telemetry/operation-book.ts";
import type { LoggedCalls } from "../domain/telemetry/telemetry-settings.ts";
import { SeriesKeeper } from "./keep-series.ts";
import type { SeriesKeeperTerms } from "./keep-series.ts";
import type { Stores } from "./stores.ts";
import { CallLog } from "./telemetry/call-log.ts";

/** What is counted of calls in this process. */
export interface Counting {
  /** Requests without a key that is good here, by the code of the error. */
  readonly refusals: Map<ErrorCode, number>;
  readonly operationBook: OperationBook;
  /** What calls came to, and who writes it. */
  readonly seriesBook: SeriesBook;
  readonly seriesKeeper: SeriesKeeper;
}

/** What counting is plugged into. */
export interface CountingTerms extends Pick<SeriesKeeperTerms, "clock" | "announcer" | "replicaId"> {
  readonly stores: Pick<Stores, "series">;
  /** Which calls get a line in the log. */
  readonly logged: () => LoggedCalls;
}

/** Opens the books that calls are counted in, and says who has to look at each call that has ended. */
export function openCounting({ stores, logged, ...terms }: CountingTerms): {
  readonly counting: Counting;
  readonly counters: readonly CallObserver[];
} {
  const seriesBook = new SeriesBook();
  const operationBook = new OperationBook();
  const callLog = new CallLog({ ...terms, which: logged });
  const seriesKeeper = new SeriesKeeper({ ...terms, book: seriesBook, store: stores.series });
  return {
    counting: { refusals: new Map(), operationBook, seriesBook, seriesKeeper },
    counters: [
      ({ facts }) => seriesBook.note(facts),
      ({ facts }) => operationBook.note(facts),
      ({ facts }) => callLog.note(facts),
    ],
  };
}
