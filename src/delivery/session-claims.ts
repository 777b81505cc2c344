import type { Assignment } from "../domain/traffic/assignment.ts";
import type { Clock } from "../ports/clock.ts";
import type { LedgerTerms } from "./ledger-terms.ts";
import type { JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";

/**
 * A session that other replicas have said nothing of counts so long after its assignment, although their journals could
 * not be read meanwhile, milliseconds: a slow write takes five seconds.
 */
export const UNREAD_MS = 10_000;

/** What claims need. */
export interface ClaimTerms {
  /** This replica. */
  readonly replicaId: string;
  readonly clock: Clock;
  /** How long a session is observed, milliseconds. */
  readonly withinMs: number;
  /** Whether another replica lives. */
  readonly hasOthers: () => boolean;
  /** Resolves to whether the journal has all that this replica has said so far. */
  readonly written: () => Promise<boolean>;
}

/** A session that was drawn here, before it counts. */
export interface ClaimedSession {
  readonly order: number;
  readonly assignment: Pick<Assignment, "session">;
  readonly assignedAt: number;
}

/** The same session on another replica: whether it counts there. */
interface Rival {
  readonly replicaId: string;
  /** When it was drawn there, epoch milliseconds. */
  readonly at: number;
  state: "open" | "counted" | "out";
  /** Whether it is of the reading under way: a replica that has just started may not be known to live. */
  isNew: boolean;
}

interface Claim<Session> {
  readonly session: Session;
  readonly rivals: Rival[];
}

/**
 * Sees to it that a session that several replicas drew counts on one of them. A replica first writes that it drew the
 * session, then reads the other journals to their ends, and only then lets it count: of two that do so, one at least
 * sees the other, whatever their clocks say. Who sees an earlier draw yields, and writes that. Who drew first waits until
 * the others have yielded, and yields itself to one that had counted the session before it could see this draw.
 */
export class SessionClaims<Session extends ClaimedSession = ClaimedSession> {
  readonly #terms: ClaimTerms;
  /** Sessions that do not count yet, by their keys; several of a key where its pin was forgotten and it was drawn again. */
  readonly #claims = new Map<string, readonly Claim<Session>[]>();
  readonly #contested = new Set<Claim<Session>>();
  /** Rivals by replica and their place in its order. */
  readonly #rivals = new Map<string, Rival>();
  #lastOrder = 0;
  /** Sessions up to this place are in this replica's journal. */
  #writtenUpTo = 0;
  /** They were when the others' journals were read. */
  #readUpTo = 0;
  #isAsking = false;

  constructor(terms: ClaimTerms) {
    this.#terms = terms;
  }

  /**
   * A session was drawn here, and its assignment is on its way to the journal. One that was drawn here before and waits for the
   * others goes on waiting; what is known of these holds for this draw, too, because no journal tells it again.
   */
  assigned(session: Session): void {
    const key = session.assignment.session;
    const earlier = this.#claims.get(key) ?? [];
    const claim: Claim<Session> = { session, rivals: [...(earlier.at(-1)?.rivals ?? [])] };
    this.#claims.set(key, [...earlier, claim]);
    if (claim.rivals.length > 0) this.#contested.add(claim);
    this.#lastOrder = session.order;
    this.#ask();
  }

  /** Whether a session that is over must not count yet. */
  holds(session: Session): boolean {
    const claim = this.#claimOf(session);
    if (claim === undefined || !this.#terms.hasOthers()) return false;
    const { order, assignedAt } = session;
    const age = this.#terms.clock.now() - assignedAt;
    if (claim.rivals.some(({ state }) => state !== "out")) return age < this.#terms.withinMs + UNREAD_MS;
    return order > this.#readUpTo && age < UNREAD_MS;
  }

  /** The same by the session's key. */
  isHeld(key: string): boolean {
    return this.#claims.get(key)?.some(({ session }) => this.holds(session)) === true;
  }

  /** Whether any draw of a session's key waits here to count. */
  isClaimed(key: string): boolean {
    return this.#claims.has(key);
  }

  /** A session has counted here, or never will. */
  settled(session: Session): void {
    const key = session.assignment.session;
    const claim = this.#claimOf(session);
    if (claim === undefined) return;
    const others = this.#claims.get(key)?.filter((one) => one !== claim) ?? [];
    if (others.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, others);
    this.#contested.delete(claim);
  }

  /** Resolves when the journal has all that this replica has said so far, as far as that could be written. */
  async allWritten(): Promise<void> {
    const upTo = this.#lastOrder;
    if (await this.#terms.written()) this.#writtenUpTo = Math.max(this.#writtenUpTo, upTo);
  }

  /** To be called before the other journals are read: up to which of this replica's sessions its own journal goes. */
  beginReading(): number {
    this.#ask();
    return this.#writtenUpTo;
  }

  /** Takes in a batch of another replica's journal. */
  takeBatch({ replicaId, entries }: JournalBatch): void {
    for (const entry of entries) {
      if (entry.type === "assigned") this.#drawnElsewhere(replicaId, entry);
      else if (entry.type === "final") this.#endedElsewhere(replicaId, entry.order, "counted");
      else if (entry.type === "left_out" || entry.type === "twice") this.#endedElsewhere(replicaId, entry.order, "out");
    }
  }

  /**
   * The other journals have been read to their ends since `beginReading` gave `upTo`. `live` is who lived then: what
   * the others left open does not count.
   */
  read(upTo: number, live: ReadonlySet<string>): void {
    this.#readUpTo = Math.max(this.#readUpTo, upTo);
    // Two draws of a session have their rivals in common.
    const rivals = new Set([...this.#contested].flatMap((claim) => claim.rivals));
    for (const rival of rivals) {
      if (rival.state === "open" && !rival.isNew && !live.has(rival.replicaId)) rival.state = "out";
      rival.isNew = false;
    }
  }

  /** Sessions that another replica counts, in the order in which they were contested. */
  yielded(): readonly Session[] {
    return [...this.#contested].flatMap(({ session, rivals }) =>
      rivals.some((rival) => rival.state === "counted" || (rival.state === "open" && this.#outranks(rival, session)))
        ? [session]
        : [],
    );
  }

  #outranks({ at, replicaId }: Rival, { assignedAt }: Session): boolean {
    return at < assignedAt || (at === assignedAt && replicaId < this.#terms.replicaId);
  }

  #claimOf(session: Session): Claim<Session> | undefined {
    return this.#claims.get(session.assignment.session)?.find((claim) => claim.session === session);
  }

  #drawnElsewhere(replicaId: string, { order, at, assignment }: Extract<JournalEntry, { type: "assigned" }>): void {
    const claims = this.#claims.get(assignment.session);
    if (claims === undefined) return;
    const rival: Rival = { replicaId, at, state: "open", isNew: true };
    for (const claim of claims) {
      claim.rivals.push(rival);
      this.#contested.add(claim);
    }
    this.#rivals.set(placeOf(replicaId, order), rival);
  }

  #endedElsewhere(replicaId: string, order: number, state: "counted" | "out"): void {
    if (this.#rivals.size === 0) return;
    const place = placeOf(replicaId, order);
    const rival = this.#rivals.get(place);
    if (rival === undefined) return;
    rival.state = state;
    this.#rivals.delete(place);
  }

  #ask(): void {
    const upTo = this.#lastOrder;
    if (this.#isAsking || upTo === this.#writtenUpTo) return;
    this.#isAsking = true;
    const tell = (isWritten: boolean): void => {
      this.#isAsking = false;
      if (!isWritten) return;
      this.#writtenUpTo = Math.max(this.#writtenUpTo, upTo);
      this.#ask();
    };
    void this.#terms.written().then(tell);
  }
}

const placeOf = (replicaId: string, order: number): string => `${replicaId} ${order}`;

/** The claims of a ledger; `null` where there can be no other replica. */
export function claimsOf<Session extends ClaimedSession>({
  others,
  clock,
  window,
  log,
  hasOthers,
}: LedgerTerms): SessionClaims<Session> | null {
  if (hasOthers === undefined) return null;
  const { withinMs } = window;
  return new SessionClaims({ replicaId: others.replicaId, clock, withinMs, hasOthers, written: () => log.written() });
}
