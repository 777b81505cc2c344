/** A person at the console, signed in by a key. Times are epoch milliseconds. */
export interface ConsoleSession {
  /** `cse_…`; names it to people and is not what signs in. */
  readonly id: string;
  /** SHA-256 of the token in the cookie, 64 hex digits. */
  readonly hash: string;
  readonly keyId: string;
  readonly createdAt: number;
  /** To within a minute. */
  readonly lastUsedAt: number;
  /** When it ends however much it is used. */
  readonly expiresAt: number;
}

/** A link that signs in once. Times are epoch milliseconds. */
export interface ConsoleLink {
  /** SHA-256 of the token in the link, 64 hex digits. */
  readonly hash: string;
  readonly keyId: string;
  readonly expiresAt: number;
}

/** A session ends after this long at the latest, ms: a working week. */
export const SESSION_MS = 7 * 24 * 3_600_000;

/** A session that was not used for this long has ended, ms: a night is shorter. */
export const IDLE_MS = 24 * 3_600_000;

/** How long a link signs in, ms. */
export const LINK_MS = 10 * 60_000;

/** When a session ends unless it is used before, epoch milliseconds. */
export const endOf = ({ expiresAt, lastUsedAt }: Pick<ConsoleSession, "expiresAt" | "lastUsedAt">): number =>
  Math.min(expiresAt, lastUsedAt + IDLE_MS);
