/** A release that an apply left out. */
export interface LeftOut {
  /** Its name. */
  readonly release: string;
  readonly environment: string;
  /** Id of the rollout in which it went back. */
  readonly rollout: string;
  /** How it went back, to follow its name. */
  readonly how: string;
}

/** Notes what applies did not do, for whoever reads the log; never throws. */
export interface ApplyAnnouncer {
  /** A release was left out because it was rolled back or aborted before, and nobody said to begin it again. */
  heldBack?(left: LeftOut): void;
}
