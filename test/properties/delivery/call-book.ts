/** A call of a session that counts, as the world knows it. */
interface Booked {
  readonly number: number;
  /** `null` while it is under way. */
  failed: boolean | null;
}

/** A session on the replica that drew it. */
export interface BookedSession {
  readonly replicaId: string;
  readonly rolloutId: string;
  readonly unit: string;
}

/** The calls of every session in the order in which they began, but for those that nobody was asked for. */
export class CallBook {
  readonly #sessions = new Map<string, Booked[]>();

  /** A call began; 0 is the number of those that cannot count. */
  begun(session: BookedSession, number: number): void {
    if (number === 0) return;
    const calls = this.#sessions.get(keyOf(session));
    if (calls === undefined) this.#sessions.set(keyOf(session), [{ number, failed: null }]);
    else calls.push({ number, failed: null });
  }

  ended(session: BookedSession, number: number, failed: boolean): void {
    const call = this.#sessions.get(keyOf(session))?.find((one) => one.number === number);
    if (call !== undefined) call.failed = failed;
  }

  dropped(session: BookedSession, number: number): void {
    const calls = this.#sessions.get(keyOf(session)) ?? [];
    this.#sessions.set(
      keyOf(session),
      calls.filter((one) => one.number !== number),
    );
  }

  /** Whether the call that began first has failed; `null` where it is under way, or there is none. */
  hasFirstFailed(session: BookedSession): boolean | null {
    return this.#sessions.get(keyOf(session))?.[0]?.failed ?? null;
  }
}

const keyOf = ({ replicaId, rolloutId, unit }: BookedSession): string => `${replicaId} ${rolloutId} ${unit}`;
