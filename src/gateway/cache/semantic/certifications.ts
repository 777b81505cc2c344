import { CERTIFICATION_OFF, reduceCertification } from "../../../domain/cache/semantic/certification.ts";
import type { Certification, CertificationEvent } from "../../../domain/cache/semantic/certification.ts";
import { readCertification, writeCertification } from "../../../domain/cache/semantic/certification-json.ts";
import type { CertificationTerms } from "../../../domain/cache/semantic/certification-terms.ts";
import { writeAccount } from "../../../domain/cache/group-account.ts";
import { isRefitDue } from "../../../domain/cache/semantic/refit.ts";
import { standingOf } from "../../../domain/cache/semantic/standing.ts";
import { canonicalJson } from "../../../kit/canonical-json.ts";
import type { Announcer } from "../../../ports/announcer.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ProofStore } from "../../../ports/proof-store.ts";

/** Calls that share what is proven. */
export interface MeaningGroup {
  /** A digest of 64 hex digits. */
  readonly name: string;
  readonly endpoint: string;
  /** For people: `support-bot@7`, and who shares. */
  readonly release: string;
  readonly scope: string;
  /** `null` where only feedback to an older hit is at hand: it starts nothing. */
  readonly terms: CertificationTerms | null;
}

/** What certifications stand on. */
export interface CertificationsTerms {
  readonly store: ProofStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

interface Known {
  group: MeaningGroup;
  /** As it lies in the store; `null` until it was read. */
  base: { readonly state: Certification; readonly version: number | null } | null;
  /** With what waits to be written. */
  state: Certification;
  pending: CertificationEvent[];
  /** What was sent to the store without an answer yet: it may have been kept. */
  sent: { readonly text: string; readonly events: ReadonlySet<CertificationEvent> } | null;
  /** When the store last said that this is it, monotonic milliseconds. */
  confirmedAt: number;
  /** When the store was asked last. */
  triedAt: number;
  usedAt: number;
  bytes: number;
  work: Promise<void> | null;
}

/** Verdicts are written together, so that a busy endpoint does not write its state for each of them. */
const WRITE_AFTER_MS = 1_000;
/** What other replicas have found out is known after this long. */
const REFRESH_MS = 2_000;
/** A state that nobody could confirm for so long is none: others may have closed it. */
const STALE_MS = 60_000;
/** Not refreshed when nobody asks for it. */
const IDLE_MS = 60_000;
/** Verdicts that wait while the store is away. */
const MOST_PENDING = 1_000;
/** All states in this process; each has up to half a megabyte. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_GROUPS = 2_000;
/** Others may write at the same time. */
const MOST_TRIES = 8;

const DOING = "keeping what is proven of the semantic cache";

/** What is proven, by group: read from the store, shared with other replicas by comparing and setting. */
export class Certifications {
  readonly #terms: CertificationsTerms;
  readonly #known = new Map<string, Known>();
  #cancel: (() => void) | null = null;
  #isTroubled = false;
  #isClosed = false;

  constructor(terms: CertificationsTerms) {
    this.#terms = terms;
  }

  /**
   * The state of a group; waits only where none is known that may be believed. `null` where nobody can say. Never
   * rejects.
   */
  async current(group: MeaningGroup): Promise<Certification | null> {
    const known = this.#use(group);
    const isDue = this.#terms.clock.elapsed() - known.triedAt > REFRESH_MS;
    const work = isDue ? this.#start(known) : known.work;
    if (!this.#isBelieved(known)) await work;
    return this.#isBelieved(known) ? known.state : null;
  }

  /** Adds what was found out. It counts here at once, and everywhere when it is written. */
  tell(group: MeaningGroup, event: CertificationEvent): void {
    const known = this.#use(group);
    known.pending.push(event);
    if (known.pending.length > MOST_PENDING) known.pending.shift();
    if (known.base !== null) known.state = reduceCertification(known.state, event);
    this.#schedule();
  }

  /** Writes what waits; never rejects. */
  async flush(): Promise<void> {
    await Promise.all([...this.#known.values()].map((known) => this.#settle(known)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.flush();
  }

  async #settle(known: Known): Promise<void> {
    await known.work;
    if (known.pending.length > 0) await this.#start(known);
  }

  #use(group: MeaningGroup): Known {
    const found = this.#known.get(group.name);
    const known = found ?? {
      group,
      base: null,
      state: CERTIFICATION_OFF,
      pending: [],
      sent: null,
      confirmedAt: Number.NEGATIVE_INFINITY,
      triedAt: Number.NEGATIVE_INFINITY,
      usedAt: 0,
      bytes: 0,
      work: null,
    };
    // The order of the map is that of their use.
    this.#known.delete(group.name);
    this.#known.set(group.name, known);
    known.usedAt = this.#terms.clock.elapsed();
    if (known.group.terms === null) known.group = group;
    return known;
  }

  #isBelieved({ base, confirmedAt }: Known): boolean {
    return base !== null && this.#terms.clock.elapsed() - confirmedAt <= STALE_MS;
  }

  #schedule(): void {
    if (this.#cancel !== null || this.#isClosed) return;
    this.#cancel = this.#terms.clock.after(WRITE_AFTER_MS, () => {
      this.#cancel = null;
      void this.flush();
    });
  }

  /** Reads or writes a state, one at a time for each. */
  #start(known: Known): Promise<void> {
    known.work ??= this.#bringUp(known).finally(() => {
      known.work = null;
    });
    return known.work;
  }

  async #bringUp(known: Known): Promise<void> {
    try {
      await this.#read(known);
      for (let tries = 0; known.pending.length > 0 && tries < MOST_TRIES; tries += 1) await this.#write(known);
      if (this.#isTroubled) this.#terms.announcer.recovered(DOING);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) this.#terms.announcer.troubled(DOING, error);
      this.#isTroubled = true;
      // Asked again with the next call, not with every one.
      if (known.pending.length > 0) this.#schedule();
    }
    this.#makeRoom();
  }

  async #read(known: Known): Promise<void> {
    const { store, clock } = this.#terms;
    const asked = clock.elapsed();
    known.triedAt = asked;
    const kept = await store.find(known.group.name, known.base?.version ?? null);
    known.confirmedAt = asked;
    if (kept === "same") return;
    const { sent } = known;
    known.sent = null;
    // The answer to the last writing was lost, and not the writing: nothing of it is counted twice.
    if (sent !== null && kept?.text === sent.text) known.pending = known.pending.filter((one) => !sent.events.has(one));
    const state = (kept === null ? null : readCertification(kept.text)) ?? CERTIFICATION_OFF;
    known.bytes = kept?.text.length ?? 0;
    known.base = { state, version: kept?.version ?? null };
    const { terms } = known.group;
    const isStarted = known.pending.some(({ type }) => type === "start");
    if (terms !== null && !isStarted && canonicalJson(state.terms) !== canonicalJson(terms))
      known.pending.unshift({ type: "start", at: clock.now(), terms });
    known.state = known.pending.reduce(reduceCertification, state);
  }

  /** Writes what waits on top of what was read; what another replica wrote meanwhile is read first. */
  async #write(known: Known): Promise<void> {
    const { store, clock } = this.#terms;
    const { base, group } = known;
    if (base === null) return;
    const written = new Set(known.pending);
    let state = known.pending.reduce(reduceCertification, base.state);
    if (isRefitDue(state)) state = reduceCertification(state, { type: "refit", at: clock.now() });
    const text = writeCertification(state);
    const about = writeAccount({ release: group.release, scope: group.scope, standing: standingOf(state) });
    const asked = clock.elapsed();
    const kept = { group: group.name, endpoint: group.endpoint, text, about };
    known.sent = { text, events: written };
    const isKept = await store.save(kept, base.version, clock.now());
    known.sent = null;
    if (!isKept) return this.#read(known);
    known.base = { state, version: (base.version ?? 0) + 1 };
    known.bytes = text.length;
    known.confirmedAt = asked;
    known.pending = known.pending.filter((event) => !written.has(event));
    known.state = known.pending.reduce(reduceCertification, state);
  }

  #makeRoom(): void {
    let bytes = 0;
    for (const known of this.#known.values()) bytes += known.bytes;
    const idleSince = this.#terms.clock.elapsed() - IDLE_MS;
    for (const [name, known] of this.#known) {
      if (bytes <= MOST_BYTES && this.#known.size <= MOST_GROUPS) return;
      if (known.work !== null || known.pending.length > 0 || known.usedAt > idleSince) continue;
      this.#known.delete(name);
      bytes -= known.bytes;
    }
  }
}
