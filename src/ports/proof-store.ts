/** What is proven for calls that share it, as it lies in the store. */
export interface KeptProof {
  /** Counts its changes from 1. */
  readonly version: number;
  /** Its form is the caller's. */
  readonly text: string;
}

/** The same with its name. */
export interface GroupProof extends KeptProof {
  readonly group: string;
  readonly endpoint: string;
  /** A short account of it for people, whose form is the caller's. */
  readonly about: string;
}

/**
 * Keeps what is proven of answers to questions that mean the same, so that replicas share it. Methods reject when the
 * store cannot be reached.
 */
export interface ProofStore {
  /** `same` where it still has the version that is known. */
  find(group: string, known: number | null): Promise<KeptProof | "same" | null>;
  /** Keeps it where the store still has the version that was read, `null` for none; resolves to whether it did. */
  save(proof: Omit<GroupProof, "version">, read: number | null, now: number): Promise<boolean>;
  /** What all say of themselves, those that changed last first, at most 1,000. */
  accounts(): Promise<readonly Omit<GroupProof, "text" | "version">[]>;
  /** Deletes what nobody has changed since `quiet`. */
  expire(quiet: number): Promise<void>;
}
