/**
 * Sessions that were given up as lost: all that were open after so many entries and had been assigned up to a time. Only
 * in logs from before what a dead replica left open was left out.
 */
export interface GivenUp {
  readonly after: number;
  /** Epoch milliseconds, on the clock of who assigned them. */
  readonly upTo: number;
}

/** How far one replica's journal of a rollout had come. */
export interface CutPart {
  readonly replicaId: string;
  /** Entries of its journal. */
  readonly entries: number;
  /** In order; absent where none were given up. */
  readonly givenUp?: readonly GivenUp[];
}

/**
 * What of the journals a reading rests on, so that it can be computed again to the last bit. The last bit of a logarithm
 * is specified by no standard, so bits are promised within one engine.
 */
export interface EvidenceCut {
  /** Version of the program and of the machine that computes, as `rollward 0.1.0, v8 13.6`. */
  readonly engine: string;
  /** In the order of ids, which is the order in which their evidence adds up. */
  readonly parts: readonly CutPart[];
  /** Entries of processes that ended before this one took their evidence up; absent where each replica's is kept apart. */
  readonly before?: number;
  /** Whether sessions that those processes left open are left out; in logs from before that was so they are failures. */
  readonly leavesOpenOut?: true;
}
