import { createMemoryEvidenceJournal } from "../../../src/adapters/stores/memory/memory-evidence-journal.ts";
import { createMemoryFreezeStore } from "../../../src/adapters/stores/memory/memory-freeze-store.ts";
import { createMemoryGateRunStore } from "../../../src/adapters/stores/memory/memory-gate-run-store.ts";
import { createMemoryNoticeStore } from "../../../src/adapters/stores/memory/memory-notice-store.ts";
import { createMemoryReleaseStore } from "../../../src/adapters/stores/memory/memory-release-store.ts";
import { createMemoryReplicaBoard } from "../../../src/adapters/stores/memory/memory-replica-board.ts";
import { createMemoryRolloutStore } from "../../../src/adapters/stores/memory/memory-rollout-store.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { EvidenceJournal, JournalBatch } from "../../../src/ports/evidence-journal.ts";
import type { FreezeStore } from "../../../src/ports/freeze-store.ts";
import type { GateRunStore } from "../../../src/ports/gate-run-store.ts";
import type { NoticeStore } from "../../../src/ports/notice-store.ts";
import type { ReleaseStore } from "../../../src/ports/release-store.ts";
import type { ReplicaBoard } from "../../../src/ports/replica-board.ts";
import type { RolloutStore } from "../../../src/ports/rollout-store.ts";
import type { Line } from "./line.ts";

/** The one database of all replicas. */
export interface SharedStores {
  readonly releases: ReleaseStore;
  readonly rollouts: RolloutStore;
  readonly journal: EvidenceJournal;
  readonly board: ReplicaBoard;
  readonly freezes: FreezeStore;
  readonly gateRuns: GateRunStore;
  readonly notices: NoticeStore;
  /** Every batch that became durable, in the order of writing. */
  readonly batches: readonly JournalBatch[];
}

const ENTRIES = 1_000_000;

/** What survives is what went through JSON, and nobody can change it afterwards. */
const stored = <T>(value: T): T => frozen(JSON.parse(JSON.stringify(value)) as T);

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** An empty database. */
export function openSharedStores(clock: Clock): SharedStores {
  const journal = createMemoryEvidenceJournal(ENTRIES);
  const rollouts = createMemoryRolloutStore();
  const batches: JournalBatch[] = [];
  const known = new Set<string>();
  return {
    releases: createMemoryReleaseStore(),
    rollouts: { ...methodsOf(rollouts), append: (decision) => rollouts.append(stored(decision)) },
    journal: {
      async append(written) {
        const kept = stored(written);
        for (const batch of kept) {
          const name = `${batch.rolloutId} ${batch.replicaId} ${batch.batch}`;
          if (!known.has(name)) batches.push(batch);
          known.add(name);
        }
        await journal.append(kept);
      },
      read: (rolloutId) => journal.read(rolloutId),
      readAfter: (rolloutId, seen) => journal.readAfter(rolloutId, seen),
    },
    board: createMemoryReplicaBoard(clock),
    freezes: createMemoryFreezeStore(),
    gateRuns: createMemoryGateRunStore(),
    notices: createMemoryNoticeStore(1_000),
    batches,
  };
}

const methodsOf = (store: RolloutStore): RolloutStore => ({
  append: (decision) => store.append(decision),
  byId: (id) => store.byId(id),
  list: (filter) => store.list(filter),
  events: (id, after, limit) => store.events(id, after, limit),
  decidedBy: (id, key) => store.decidedBy(id, key),
  channels: () => store.channels(),
  channel: (name) => store.channel(name),
  openChannel: (name, stable) => store.openChannel(name, stable),
});

type Lined = Omit<SharedStores, "batches">;

/** The database as one process sees it. */
export function throughLine(stores: SharedStores, line: Line): Lined {
  const { releases, rollouts, journal, board } = stores;
  const reading = <T>(effect: () => Promise<T>): Promise<T> => line.ask("channel", effect);
  async function* pages(read: () => AsyncIterable<JournalBatch>): AsyncIterable<JournalBatch> {
    await reading(async () => null);
    for await (const batch of read()) yield batch;
  }
  return {
    releases: {
      freeze: (release) => line.ask("release", () => releases.freeze(release)),
      byId: (id) => reading(() => releases.byId(id)),
      byNumber: (endpoint, number) => reading(() => releases.byNumber(endpoint, number)),
      byDigest: (endpoint, digest) => reading(() => releases.byDigest(endpoint, digest)),
      list: (endpoint, limit) => reading(() => releases.list(endpoint, limit)),
    },
    rollouts: {
      append: (decision) => {
        const facts = decision.events.map(({ fact }) => fact.type);
        return line.ask("decision", () => rollouts.append(decision), facts);
      },
      byId: (id) => reading(() => rollouts.byId(id)),
      list: (filter) => reading(() => rollouts.list(filter)),
      events: (id, after, limit) => reading(() => rollouts.events(id, after, limit)),
      decidedBy: (id, key) => reading(() => rollouts.decidedBy(id, key)),
      channels: () => reading(() => rollouts.channels()),
      channel: (name) => reading(() => rollouts.channel(name)),
      openChannel: (name, stable) => reading(() => rollouts.openChannel(name, stable)),
    },
    journal: {
      append: (batches) => line.ask("journal", () => journal.append(batches)),
      read: (rolloutId) => pages(() => journal.read(rolloutId)),
      readAfter: (rolloutId, seen) => pages(() => journal.readAfter(rolloutId, seen)),
    },
    board: {
      beat: (heartbeat) => line.ask("beat", () => board.beat(heartbeat)),
      leave: (replicaId) => line.ask("beat", () => board.leave(replicaId)),
    },
    ...asideOf(stores, line),
  };
}

/** Freezes, runs of gates and notices as one process sees them. */
const asideOf = (
  { freezes, gateRuns, notices }: SharedStores,
  line: Line,
): Pick<Lined, "freezes" | "gateRuns" | "notices"> => ({
  freezes: {
    open: (freeze) => line.ask("channel", () => freezes.open(freeze)),
    lift: (id, lifted) => line.ask("channel", () => freezes.lift(id, lifted)),
    list: (filter) => line.ask("channel", () => freezes.list(filter)),
  },
  gateRuns: {
    claim: (key, claim) => line.ask("gate", () => gateRuns.claim(key, claim)),
    extend: (key, claim) => line.ask("gate", () => gateRuns.extend(key, claim)),
    end: (key, holder, end) => line.ask("gate", () => gateRuns.end(key, holder, end)),
    of: (rolloutId) => line.ask("channel", () => gateRuns.of(rolloutId)),
    expire: (before) => line.ask("channel", () => gateRuns.expire(before)),
  },
  notices: {
    add: (notice) => line.ask("channel", () => notices.add(notice)),
    due: (now, limit) => line.ask("channel", () => notices.due(now, limit)),
    tried: (id, outcome) => line.ask("channel", () => notices.tried(id, outcome)),
    of: (rolloutId, limit) => line.ask("channel", () => notices.of(rolloutId, limit)),
    expire: (before) => line.ask("channel", () => notices.expire(before)),
  },
});
