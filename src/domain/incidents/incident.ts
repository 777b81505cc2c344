import type { Severity } from "../alerts/alert-rule.ts";
import type { Actor } from "../rollout/rollout.ts";

/** Where an incident is. People move it to and fro; the machine only from alerts that ended and began again. */
export type IncidentState = "investigating" | "identified" | "monitoring" | "resolved";

/** How much users are hurt. */
export type Impact = "none" | "minor" | "major" | "critical";

/** What people of an incident do. */
export type IncidentRole = "lead" | "communications" | "scribe";

/** One time in which an alert fired, as an incident keeps it. Times are epoch milliseconds. */
export interface IncidentAlert {
  /** Names the alert and the time in which it fired; belongs to one incident at most. */
  readonly key: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly endpoint: string | null;
  /** The provider that it is about; `null` where it is about none. */
  readonly provider: string | null;
  readonly severity: Severity;
  readonly summary: string;
  /** When the trouble began. */
  readonly startedAt: number;
  /** When it began to fire. */
  readonly firedAt: number;
  readonly runbook: string | null;
  /** `null` while it fires. */
  readonly endedAt: number | null;
  /**
   * The rollout that it tells of, as that it was rolled back; absent where it tells of none. What was done about a rollout
   * neither begins a trouble nor is one that lasts.
   */
  readonly rollout?: string;
  /** Whether it tells of failing calls: those say by themselves when it is over. Absent in snapshots from before it was kept. */
  readonly isOfFailures?: boolean;
}

/** The change that a recovery is owed to, as it was told then. */
export interface IncidentCure {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly line: string;
  /** A person's key; `null` is the machine, or nobody knows. */
  readonly by: string | null;
  readonly rollout: string | null;
}

/** That the calls of an incident are well again. */
export interface IncidentRecovery {
  /** Arrival of the last of the calls that failed, epoch milliseconds. */
  readonly at: number;
  /** `null` where nobody knows. */
  readonly cure: IncidentCure | null;
}

/** What people were told. */
export interface IncidentUpdate {
  readonly at: number;
  readonly state: IncidentState;
  readonly body: string;
  readonly by: string;
  readonly isPublic: boolean;
}

/** A line that a person wrote. `at` is when it was, which may be before it was written. */
export interface IncidentNote {
  readonly at: number;
  readonly text: string;
  readonly by: string;
}

/** Something to be done afterwards. */
export interface ActionItem {
  /** `act_…` */
  readonly id: string;
  readonly text: string;
  readonly owner: string | null;
  /** A day as 2026-12-01. */
  readonly due: string | null;
  readonly doneAt: number | null;
  /** A recorded call that it becomes a test case of. */
  readonly call: string | null;
}

/** What people found out. */
export interface Findings {
  readonly trigger: string | null;
  readonly rootCauses: readonly string[];
  readonly wentWell: readonly string[];
  readonly wentBadly: readonly string[];
  readonly byLuck: readonly string[];
}

/** An incident as its log adds up to; `reduceIncident` alone makes it. Times are epoch milliseconds. */
export interface Incident {
  /** `inc_…` */
  readonly id: string;
  readonly environment: string;
  readonly seq: number;
  readonly title: string;
  readonly state: IncidentState;
  readonly impact: Impact;
  /** Empty is the whole environment. */
  readonly endpoints: readonly string[];
  /** When the trouble began. */
  readonly startedAt: number;
  readonly openedAt: number;
  readonly openedBy: Actor;
  /** When it came to its state. */
  readonly since: number;
  readonly resolvedAt: number | null;
  readonly acknowledged: { readonly at: number; readonly by: string } | null;
  readonly roles: Readonly<Record<IncidentRole, string | null>>;
  /** Whether a person gave it its title; absent in snapshots from before it was kept. */
  readonly isRetitled?: boolean;
  /** Whether a person said how much users are hurt; absent in snapshots from before it was kept. */
  readonly isImpactSaid?: boolean;
  /** Since when its calls are well, and what mended them; absent and `null` while they fail, and where it is about something else. */
  readonly recovered?: IncidentRecovery | null;
  /** Whether the public may see it. */
  readonly isPublic: boolean;
  /** Whether a person has had a hand in it: the machine then resolves nothing by itself. */
  readonly isAttended: boolean;
  readonly alerts: readonly IncidentAlert[];
  /** Oldest first. */
  readonly updates: readonly IncidentUpdate[];
  readonly notes: readonly IncidentNote[];
  readonly actions: readonly ActionItem[];
  readonly findings: Findings;
  /** The incident that took this one over; nothing happens to it any more. */
  readonly mergedInto: string | null;
  /** Incidents that were merged into this one. */
  readonly merged: readonly string[];
}

/** What happened to an incident, in the past tense. */
export type IncidentFact =
  | {
      readonly type: "Opened";
      readonly environment: string;
      readonly title: string;
      readonly impact: Impact;
      readonly endpoints: readonly string[];
      readonly startedAt: number;
      readonly alerts: readonly IncidentAlert[];
    }
  | { readonly type: "AlertJoined"; readonly alert: IncidentAlert }
  | { readonly type: "AlertEnded"; readonly key: string; readonly endedAt: number }
  /** Its calls are well: seen later, of that time. */
  | { readonly type: "Recovered"; readonly recovery: IncidentRecovery }
  /** They fail again, so soon that it is the same trouble. */
  | { readonly type: "Relapsed" }
  | { readonly type: "Acknowledged" }
  | { readonly type: "StateChanged"; readonly state: IncidentState }
  | {
      readonly type: "Revised";
      readonly title?: string;
      readonly impact?: Impact;
      readonly endpoints?: readonly string[];
      readonly startedAt?: number;
    }
  | { readonly type: "RoleGiven"; readonly role: IncidentRole; readonly who: string | null }
  | { readonly type: "Updated"; readonly body: string; readonly isPublic: boolean }
  | { readonly type: "Noted"; readonly text: string; readonly at: number }
  | { readonly type: "FindingsWritten"; readonly findings: Partial<Findings> }
  | { readonly type: "ActionAdded"; readonly action: ActionItem }
  | { readonly type: "ActionDone"; readonly action: string }
  | { readonly type: "MergedInto"; readonly into: string }
  | {
      readonly type: "TookOver";
      readonly incident: string;
      readonly alerts: readonly IncidentAlert[];
      readonly endpoints: readonly string[];
      readonly notes: readonly IncidentNote[];
      readonly startedAt: number;
    };

/** One entry of an incident's append-only log. `seq` counts from 1 without gaps. */
export interface IncidentEvent {
  readonly incidentId: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  readonly fact: IncidentFact;
}

/** The name under which somebody acts. */
export const actorName = (actor: Actor): string => (actor.kind === "key" ? actor.name : "rollward");

/** Whether it is not resolved and was not merged. */
export const isOpenIncident = ({ state, mergedInto }: Pick<Incident, "state" | "mergedInto">): boolean =>
  state !== "resolved" && mergedInto === null;

/** Most of each kind that an incident keeps: alerts, notes, updates, actions. */
export const MOST_ENTRIES = 500;
