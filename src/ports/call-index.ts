import type { CallFacts } from "../domain/call/call-record.ts";
import type { CallSearch, Facet } from "../domain/call/call-search.ts";

/** Which calls of those that are found. */
export interface CallPage {
  readonly order: "newest" | "oldest";
  /** Only calls after this one in that order: the id of the last call of the page before. */
  readonly after?: string;
  readonly limit: number;
  /** Whether what was said is wanted too: of calls that are not indexed yet it is read from their bytes, where it is little. */
  readonly wantsText?: boolean;
}

/** The beginnings of the newest message and of what was answered, masked; `null` where no text is kept. */
export interface CallGist {
  readonly asked: string;
  readonly answered: string;
}

/** A call that was found. */
export interface FoundCall {
  readonly facts: CallFacts;
  readonly gist: CallGist | null;
  /** Whether what was said is not known before the call is taken into the index. */
  readonly waits: boolean;
}

/** A page of calls. */
export interface FoundCalls {
  readonly calls: readonly FoundCall[];
  /** Calls (at least one per pack) that no search for words has looked at, because they are not indexed yet. */
  readonly behind: number;
}

/** A span of time with its calls, for a chart. */
export interface CallSpan {
  /** Beginning, epoch milliseconds. */
  readonly at: number;
  readonly calls: number;
  readonly failed: number;
}

/** Calls by the values of their facets. */
export interface CallTally {
  /** How many were looked at, and how many of them meet the search. */
  readonly looked: number;
  readonly calls: number;
  readonly failed: number;
  /**
   * Of each facet the calls that meet the rest of the search, by value, most first: what one would see if one chose
   * another value of it.
   */
  readonly facets: Readonly<Partial<Record<Facet, readonly (readonly [string, number])[]>>>;
  readonly spans: readonly CallSpan[];
  readonly spanMs: number;
  /** Whether older calls were left out because there are too many. */
  readonly cut: boolean;
  readonly behind: number;
}

/** What is counted. */
export interface TallyTerms {
  readonly facets: readonly Facet[];
  /** Into how many spans of time at most. */
  readonly spans: number;
  /** Epoch milliseconds: where the chart ends when the search has no end. */
  readonly now: number;
}

/** A session with what its calls came to. */
export interface FoundSession {
  readonly session: string;
  /** Calls that were counted, and those of them that failed. */
  readonly calls: number;
  readonly failed: number;
  /** Arrival of the first and the last, epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Millionths of a dollar, each call's cut to whole ones. */
  readonly costMicro: number;
  readonly tokens: number;
  /** Its newest call. */
  readonly last: FoundCall;
}

/** Sessions with the newest first. */
export interface FoundSessions {
  readonly sessions: readonly FoundSession[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
  readonly behind: number;
}

/** Follows what is recorded, in one environment or all, by this server or another. */
export interface CallTail {
  /** Calls that were written since the last look, bounded, the newest with what was said; nothing at the first. */
  next(): Promise<{ readonly calls: readonly FoundCall[]; readonly skippedPacks: number }>;
}

/** Finds recorded calls among millions. Never loads bodies. */
export interface CallIndex {
  find(search: CallSearch, page: CallPage): Promise<FoundCalls>;
  tally(search: CallSearch, terms: TallyTerms): Promise<CallTally>;
  /** Sessions that have a call that meets the search, by their newest such call; `after` is a call's id. */
  sessions(search: CallSearch, page: { readonly after?: string; readonly limit: number }): Promise<FoundSessions>;
  /** Begins to follow. */
  tail(): CallTail;
  /**
   * Takes a bounded number of new calls into the index, and rests so many times as long as it works, in between; not at all where that is
   * absent. Answers how many still wait, 0 when all are in.
   */
  step(rests?: number): Promise<number>;
  /** Packs of calls that could not be read, or not all of them, when they were to be taken in: their calls are found by no search. */
  damaged(): Promise<number>;
}
