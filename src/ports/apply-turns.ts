/** Who applies a project at the moment. */
export interface ApplyTurn {
  /** Told to whoever has to wait: `Ada (commit 1f2e3d)`. */
  readonly by: string;
  /** Since when, epoch milliseconds. */
  readonly since: number;
}

/** Lets one server at a time apply a project. A turn that is not renewed ends by itself, for its holder may have died. */
export interface ApplyTurns {
  /** Takes or renews the turn for `forMs`; answers who has it when that is another holder. */
  take(holder: string, turn: ApplyTurn, forMs: number): Promise<ApplyTurn | null>;
  /** Gives it back; nothing happens when somebody else has it. */
  give(holder: string): Promise<void>;
}
