import type { AlertStatus } from "./alert.ts";
import type { Severity } from "./alert-rule.ts";

/** Why somebody is told. */
export type DeliveryReason =
  /** A group of alerts began. */
  | "fired"
  /** Further alerts joined the group, or some of it are over. */
  | "changed"
  /** Nothing has changed for as long as the rule allows. */
  | "renotified"
  /** Nobody acknowledged in time. */
  | "escalated"
  | "acknowledged"
  /** All of the group is over. */
  | "resolved"
  /** A person tries a notifier. */
  | "test"
  /** A step of a rollout, for those who keep a record of changes. */
  | "change";

/** One alert within a message. */
export interface TellingAlert {
  readonly fingerprint: string;
  readonly status: Extract<AlertStatus, "firing" | "resolved">;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly runbook: string | null;
  readonly startsAt: number;
  /** `null` while it lasts. */
  readonly endsAt: number | null;
}

/** What a notifier is given to tell; protocols make their own form of it. Bounded: at most 50 alerts. */
export interface Telling {
  readonly reason: DeliveryReason;
  /** `firing` while any alert of the group is. */
  readonly status: "firing" | "resolved";
  /** The worst of what fires; of what has fired when all is over. */
  readonly severity: Severity;
  /** The same for all messages about one trouble of a group, and no other trouble's: `rollward:<environment>:<endpoint>:<number>`; at most 200 characters. */
  readonly dedupKey: string;
  readonly environment: string;
  readonly endpoint: string | null;
  /** One sentence for people. */
  readonly title: string;
  readonly alerts: readonly TellingAlert[];
  /** Alerts of the group that are left out. */
  readonly more: number;
  readonly at: number;
  /** Who acknowledged; `null` where that is not what is told. */
  readonly by: string | null;
  /** Where people see it; `null` where the server does not know its address. */
  readonly url: string | null;
  /** What a mail says in place of the alerts, such as a report; absent in messages about alerts. */
  readonly letter?: { readonly subject: string; readonly text: string; readonly html: string };
}

/** A message to one notifier. Times are epoch milliseconds. */
export interface AlertDelivery {
  /** `ntc_…`; repeated tries have the same. */
  readonly id: string;
  /** Order of writing; messages of one group to one notifier are sent in this order. */
  readonly seq: number;
  readonly environment: string;
  readonly notifier: string;
  readonly group: string;
  readonly telling: Telling;
  readonly tries: number;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly sentAt: number | null;
  readonly givenUpAt: number | null;
  /** Why the last try failed, without secrets. */
  readonly trouble: string | null;
}
