import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryPins } from "../../src/adapters/pins/memory-pins.ts";
import { HandClock } from "../../src/adapters/system/hand-clock.ts";
import type { Delivery } from "../../src/delivery/delivery.ts";
import { gatherEvidence } from "../../src/delivery/gather-evidence.ts";
import { OtherReplicas } from "../../src/delivery/other-replicas.ts";
import { SessionLedger } from "../../src/delivery/session-ledger.ts";
import { Evidence } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { Rollout } from "../../src/domain/rollout/rollout.ts";
import type { JournalBatch, JournalEntry } from "../../src/ports/evidence-journal.ts";

const CHANNEL = { endpoint: "bot", environment: "production" };
const ROLLOUT = { id: "rol_1", channel: CHANNEL, plan: DEFAULT_PLAN } as unknown as Rollout;
const SESSIONS = ["s-0", "s-1", "s-2", "s-3", "s-4"];

type Step =
  | { readonly type: "call" | "end"; readonly replica: number; readonly session: string }
  /** Writes what waits, begins a look at the other journals, reads the next of them, waits no longer for a look. */
  | { readonly type: "write" | "look" | "read" | "overrun" | "crash"; readonly replica: number };

/** Replicas that share journals, each with a clock that is wrong by seconds. */
class World {
  readonly journals: JournalBatch[][];
  readonly replicas: readonly SimReplica[];

  constructor(skews: readonly number[]) {
    this.journals = skews.map(() => []);
    this.replicas = skews.map((skew, index) => new SimReplica(this, index, skew));
  }

  get finals(): readonly string[] {
    return this.journals.flatMap((batches) => finalsOf(batches.flatMap(({ entries }) => entries)));
  }

  async do(step: Step): Promise<void> {
    const replica = this.replicas[step.replica % this.replicas.length];
    if (replica === undefined || !replica.isAlive) return;
    if (step.type === "call") replica.call(step.session);
    else if (step.type === "end") replica.end(step.session);
    else if (step.type === "write") replica.write();
    else if (step.type === "look") replica.look();
    else if (step.type === "read") replica.read();
    else if (step.type === "overrun") replica.overrun();
    else replica.isAlive = false;
    for (let turns = 0; turns < 12; turns += 1) await Promise.resolve();
  }

  /** All calls end, and all is written and read. */
  async comeToRest(): Promise<void> {
    for (const session of SESSIONS) for (const replica of this.replicas) if (replica.isAlive) replica.end(session);
    for (const [index, replica] of this.replicas.entries()) {
      while (replica.isAlive && replica.isReading) await this.do({ type: "read", replica: index });
    }
    for (let round = 0; round < 8; round += 1) {
      for (const type of ["write", "look", "read", "read", "read", "read", "read"] as const) {
        for (let replica = 0; replica < this.replicas.length; replica += 1) await this.do({ type, replica });
      }
    }
  }
}

class SimReplica {
  isAlive = true;
  readonly ledger: SessionLedger;
  readonly #world: World;
  readonly #index: number;
  readonly #clock: HandClock;
  readonly #pins: Delivery["pinsOf"] extends (name: string) => infer Pins ? Pins : never;
  #waiting: JournalEntry[] = [];
  readonly #told: (() => void)[] = [];
  #look: { isOver: boolean } | null = null;
  readonly #next: (() => void)[] = [];
  readonly #draws = new Set<string>();

  constructor(world: World, index: number, skew: number) {
    this.#world = world;
    this.#index = index;
    this.#clock = new HandClock(1_800_000_000_000 + skew);
    this.#pins = createMemoryPins(1_000, this.#clock);
    this.ledger = new SessionLedger({
      rolloutId: ROLLOUT.id,
      window: { turns: 1, withinMs: 60_000 },
      evidence: new Evidence(DEFAULT_PLAN),
      clock: this.#clock,
      others: new OtherReplicas(DEFAULT_PLAN, this.id),
      isShared: true,
      hasOthers: () => true,
      log: {
        append: (_, entry) => void this.#waiting.push(entry),
        counts: () => ({ written: 0, dropped: 0, waiting: this.#waiting.length, trouble: null }),
        written: () =>
          this.#waiting.length === 0
            ? Promise.resolve(true)
            : new Promise((resolve) => void this.#told.push(() => resolve(true))),
        flush: async () => {},
      },
    });
  }

  get id(): string {
    return `rep_${this.#index}`;
  }

  get drawn(): ReadonlySet<string> {
    return this.#draws;
  }

  get isReading(): boolean {
    return this.#next.length > 0;
  }

  /** As the gateway does: drawn where nothing is remembered of the session. */
  call(session: string): void {
    this.#clock.advance(1);
    if (this.#pins.get(CHANNEL.endpoint, session) !== undefined) return;
    const arm = Number(session.slice(2)) % 2 === 0 ? "stable" : "candidate";
    this.#pins.set(CHANNEL.endpoint, session, { rolloutId: ROLLOUT.id, arm });
    this.#draws.add(session);
    this.ledger.assigned({ rolloutId: ROLLOUT.id, session, arm, epoch: 1, weight: 0.5 });
  }

  end(session: string): void {
    const turn = { rolloutId: ROLLOUT.id, session, failure: null, latencyMs: 5, firstTokenMs: null, costPico: 1n };
    this.ledger.turnEnded(turn);
  }

  write(): void {
    const journal = this.#world.journals[this.#index];
    if (this.#waiting.length > 0) {
      const batch = (journal?.length ?? 0) + 1;
      journal?.push({ rolloutId: ROLLOUT.id, replicaId: this.id, batch, entries: this.#waiting });
    }
    this.#waiting = [];
    for (const tell of this.#told.splice(0)) tell();
  }

  look(): void {
    if (this.#look !== null) return;
    const look = { isOver: false };
    this.#look = look;
    void gatherEvidence(this.#delivery(), ROLLOUT, () => look.isOver).finally(() => {
      if (this.#look === look) this.#look = null;
    });
  }

  /** The look under way has missed its deadline: it goes on while the next one may begin. */
  overrun(): void {
    if (this.#look !== null) this.#look.isOver = true;
    this.#look = null;
  }

  /** The look under way reads one more journal. */
  read(): void {
    this.#next.shift()?.();
  }

  #delivery(): Delivery {
    const live = this.#world.replicas.filter(({ isAlive }) => isAlive).map(({ id }) => ({ replicaId: id, epochs: {} }));
    return {
      observatory: { ledger: () => this.ledger },
      journal: { readAfter: (_: string, seen: ReadonlyMap<string, number>) => this.#read(seen) },
      clock: this.#clock,
      releases: { byId: async () => null },
      replicas: { isShared: true, isLeader: false, replicaId: this.id, live },
      pinsOf: () => this.#pins,
    } as unknown as Delivery;
  }

  async *#read(seen: ReadonlyMap<string, number>): AsyncGenerator<JournalBatch> {
    for (const [index, batches] of this.#world.journals.entries()) {
      if (index === this.#index) continue;
      await new Promise<void>((resolve) => void this.#next.push(resolve));
      yield* batches.slice(seen.get(`rep_${index}`) ?? 0);
    }
  }
}

/** The sessions whose outcomes a journal has. */
function finalsOf(entries: readonly JournalEntry[]): readonly string[] {
  const sessions = new Map<number, string>();
  for (const entry of entries) if (entry.type === "assigned") sessions.set(entry.order, entry.assignment.session);
  return entries.flatMap((entry) => (entry.type === "final" ? [sessions.get(entry.order) ?? "?"] : []));
}

const replica = fc.nat(3);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom("call", "end"), replica, session: fc.constantFrom(...SESSIONS) }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom("write", "look", "read"), replica }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("overrun"), replica }) },
) as fc.Arbitrary<Step>;
const skews = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 2, maxLength: 4 });
const steps = fc.array(step, { minLength: 20, maxLength: 120 });

test("a session that several replicas drew counts exactly once, however draws, ends, writes and reads interleave", async () => {
  await fc.assert(
    fc.asyncProperty(skews, steps, async (clocks, all) => {
      const world = new World(clocks);
      for (const one of all) await world.do(one);
      await world.comeToRest();
      const drawn = new Set(world.replicas.flatMap((one) => [...one.drawn]));
      expect(world.finals.toSorted()).toEqual([...drawn].toSorted());
      for (const { ledger } of world.replicas) {
        const { sessions } = ledger.others.mergedWith(ledger.evidence).reading();
        expect(sessions.stable + sessions.candidate).toBe(drawn.size);
        expect(ledger.assignedInAll).toBe(drawn.size);
      }
    }),
    { numRuns: 500 },
  );
});

test("a session counts at most once when replicas are killed, and those that live go on", async () => {
  const crash = fc.record({ type: fc.constant("crash" as const), replica: fc.nat(1) });
  await fc.assert(
    fc.asyncProperty(skews, steps, fc.tuple(crash, fc.nat()), async (clocks, all, [kill, at]) => {
      const world = new World(clocks);
      const where = at % all.length;
      for (const one of [...all.slice(0, where), kill, ...all.slice(where)]) await world.do(one);
      await world.comeToRest();
      const { finals } = world;
      expect(new Set(finals).size).toBe(finals.length);
      const dead = new Set(world.replicas.flatMap((one) => (one.isAlive ? [] : [...one.drawn])));
      for (const { isAlive, drawn } of world.replicas) {
        if (!isAlive) continue;
        // What the dead drew too may have been theirs to count.
        for (const session of drawn) if (!dead.has(session)) expect(finals).toContain(session);
      }
    }),
    { numRuns: 500 },
  );
});
