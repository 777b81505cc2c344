import type { Incident, IncidentEvent } from "../domain/incidents/incident.ts";

/** One change of an incident, written in one transaction: events, snapshot and alerts together or not at all. */
export interface IncidentChange {
  /** At least one. */
  readonly events: readonly IncidentEvent[];
  /** The snapshot after the events. */
  readonly incident: Incident;
  /** Keys of alerts that belong to it from now on. */
  readonly alerts: readonly string[];
}

/** What to list. */
export interface IncidentFilter {
  readonly environment?: string;
  /** Only those that are not resolved and were not merged. */
  readonly open?: boolean;
  /** Only those about this endpoint, or about the whole environment. */
  readonly endpoint?: string;
  /** Only those that were open at or after this time, epoch milliseconds. */
  readonly since?: number;
  /** Only those with an older id, for paging. */
  readonly before?: string;
  readonly limit: number;
}

/** Incidents with their logs. `seq` of the first event is a compare-and-set: the loser of a race reads again. */
export interface IncidentStore {
  /**
   * `conflict`: another writer appended first. `taken`: one of the alerts belongs to another incident already; nothing
   * was written.
   */
  append(change: IncidentChange): Promise<"appended" | "conflict" | "taken">;
  byId(id: string): Promise<Incident | null>;
  /** Newest first. */
  list(filter: IncidentFilter): Promise<readonly Incident[]>;
  /** The log of an incident, oldest first. */
  events(id: string): Promise<readonly IncidentEvent[]>;
  /** The incidents that alerts belong to, by their keys; what belongs to none is left out. */
  ofAlerts(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Forgets incidents that were resolved before this time, epoch milliseconds, with all that belongs to them. */
  expire(before: number): Promise<void>;
}
