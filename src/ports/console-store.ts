import type { ConsoleLink, ConsoleSession } from "../domain/access/console-session.ts";

/** Where sessions of the console and one-time links are kept; their tokens only as hashes. */
export interface ConsoleStore {
  open(session: ConsoleSession): Promise<void>;
  /** The session of a token, whether it has ended or not; `null` when there is none. */
  byHash(hash: string): Promise<ConsoleSession | null>;
  /** Notes that a session was used; never earlier than it was noted before. */
  touch(id: string, at: number): Promise<void>;
  /** Ends a session; false when there was none. */
  close(id: string): Promise<boolean>;
  /** Those that have not ended, newest first, at most 1000. */
  list(now: number): Promise<readonly ConsoleSession[]>;
  keepLink(link: ConsoleLink): Promise<void>;
  /** Takes a link away and answers with the key it signs in as; `null` when it is used, expired or unknown. */
  takeLink(hash: string, now: number): Promise<string | null>;
  /** Forgets sessions and links that have ended. */
  expire(now: number): Promise<void>;
}
