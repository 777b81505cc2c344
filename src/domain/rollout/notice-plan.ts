/** What a person or a program is told of. */
export type NoticeEvent = "started" | "advanced" | "held" | "approval_asked" | "promoted" | "rolled_back";

/** Somebody who wants to know how a rollout goes: shown to people, and sent to where an address is given. */
export interface NotifyPlan {
  readonly name: string;
  /** Where they are reached, as text for people: a person, a channel, a mailing list. */
  readonly who: readonly string[];
  /** Sent a signed message for every event; `null` is only shown. */
  readonly webhook: {
    readonly url: string;
    /** Environment variable with the secret that signs the message. */
    readonly secretEnv: string;
    readonly allowPrivate: boolean;
  } | null;
  readonly events: readonly NoticeEvent[];
}

/** A change of data that a release brings along: what it is, and the way there and back. */
export interface DataChange {
  readonly what: string;
  /** What is done when the release goes forward. */
  readonly forward: string;
  /** What is done on the way back; `null` where there is none. */
  readonly back: string | null;
  readonly reversible: boolean;
}
