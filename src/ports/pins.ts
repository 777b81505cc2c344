/** Where a session has been served, so that it never moves from stable to candidate. */
export interface Pin {
  /** The rollout that drew the session, or `null` when it began outside any rollout. */
  readonly rolloutId: string | null;
  readonly arm: "stable" | "candidate";
  /** Only on what is read: the session had not been seen for a day. */
  readonly isQuiet?: true;
}

/** Remembers sessions; bounded, the longest unseen are forgotten first. Never waits. */
export interface Pins {
  /** `session` is unique within the endpoint. Reading a pin counts as seeing the session. */
  get(endpoint: string, session: string): Pin | undefined;
  set(endpoint: string, session: string, pin: Pin): void;
  /** How many were forgotten to stay within bounds. */
  forgotten(): number;
}
