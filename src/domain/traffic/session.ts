import { sha256Hex } from "../../kit/hash.ts";
import type { Session, SessionSource } from "./assignment.ts";

/** Longest session id that a client may name, characters. */
export const MAX_SESSION_ID = 256;

/** What a call offers to tell its session by. */
export interface SessionHints {
  readonly header: string | null;
  readonly metadata: string | null;
  /** The conversation's opening, see `IncomingRequest.opening`. */
  readonly opening: string | null;
  /** Unique to the call. */
  readonly callId: string;
}

/**
 * The session of a call: the first source in `order` that has something to say. A fingerprint is 32 hex
 * digits of the SHA-256 of the conversation's opening, which stays the same from turn to turn.
 */
export function sessionOf(hints: SessionHints, order: readonly SessionSource[]): Session {
  for (const source of order) {
    if (source === "header" && hints.header !== null) return { id: hints.header, source };
    if (source === "metadata" && hints.metadata !== null) return { id: hints.metadata, source };
    if (source === "fingerprint" && hints.opening !== null) {
      return { id: sha256Hex(hints.opening).slice(0, 32), source };
    }
  }
  return { id: hints.callId, source: "call" };
}

/** The session as a unit of statistics: sessions of different keys are different ones. */
export const sessionUnit = (keyId: string, session: Session): string => `${keyId}/${session.id}`;
