/**
 * What a key may do. `inference` calls endpoints and asks for flags, `direct` calls `provider/model`, `flags` asks for
 * flags and does nothing else, `admin` manages. `preview` is given the candidate wherever a rollout has one; `admin` does not
 * include it.
 */
export type Scope = "inference" | "direct" | "flags" | "preview" | "admin";

/** An API key without its secret. Times are epoch milliseconds. */
export interface Key {
  /** `key_…`, part of the presented key and not secret. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Endpoints an inference key may call; `null` means all. */
  readonly endpoints: readonly string[] | null;
  /** SHA-256 of the secret part, 64 hex digits. */
  readonly secretHash: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Whose calls it makes, for limits, budgets and what is shared; absent where it belongs to none. */
  readonly tenant?: string;
  /** What its holder may decide, such as `approver`: names that gates use. Absent is nothing. */
  readonly roles?: readonly string[];
  /** Where its calls go; absent is the server's own environment. */
  readonly environment?: string;
}
