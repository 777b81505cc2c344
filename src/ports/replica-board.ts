/** A sign of life of one replica. */
export interface Heartbeat {
  readonly replicaId: string;
  /** The epoch that it serves, by endpoint: `support-bot`, or `staging/support-bot` outside of the own environment. */
  readonly epochs: Readonly<Record<string, number>>;
}

/** How things stand among the replicas of one database. */
export interface Standing {
  /** The one that decides on rollouts. */
  readonly leader: string;
  /** Those heard of lately, the one that asks included. */
  readonly live: readonly Heartbeat[];
  /** Numbers that grow with every change of the keys, of the applied project, of the pauses and of the flags' kill switches. */
  readonly changes: {
    readonly keys: number;
    readonly projects: number;
    readonly pauses: number;
    readonly flags: number;
  };
}

/** Where the replicas of one database meet. */
export interface ReplicaBoard {
  /** Notes a sign of life, takes the lead where nobody has it, and says how things stand. */
  beat(heartbeat: Heartbeat): Promise<Standing>;
  /** Says goodbye; the lead is free at once. */
  leave(replicaId: string): Promise<void>;
}
