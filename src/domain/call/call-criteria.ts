import type { CallFacts } from "./call-record.ts";

/** Which recorded calls are meant; what is absent does not matter. Times are epoch milliseconds. */
export interface CallCriteria {
  readonly endpoint?: string;
  readonly environment?: string;
  readonly release?: string;
  readonly arm?: string;
  readonly rolloutId?: string;
  readonly session?: string;
  readonly outcome?: CallFacts["outcome"];
  readonly since?: number;
  /** Only calls older than this call id, for paging. */
  readonly before?: string;
}

/** Whether a call is one of those. */
export const meetsCriteria = (facts: CallFacts, wanted: CallCriteria): boolean =>
  (wanted.endpoint === undefined || facts.endpoint === wanted.endpoint) &&
  (wanted.environment === undefined || facts.environment === wanted.environment) &&
  (wanted.release === undefined || facts.release === wanted.release) &&
  (wanted.arm === undefined || facts.arm === wanted.arm) &&
  (wanted.rolloutId === undefined || facts.rolloutId === wanted.rolloutId) &&
  (wanted.session === undefined || facts.session?.id === wanted.session) &&
  (wanted.outcome === undefined || facts.outcome === wanted.outcome) &&
  (wanted.since === undefined || facts.at >= wanted.since) &&
  (wanted.before === undefined || facts.id < wanted.before);
