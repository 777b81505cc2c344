import type { AbReading } from "../domain/evidence/ab-evidence.ts";
import type { CutPart, EvidenceCut, GivenUp } from "../domain/evidence/evidence-cut.ts";
import type { Reading } from "../domain/evidence/evidence.ts";
import { mergeEvidence } from "../domain/evidence/running-evidence.ts";
import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import { ReplicaEvidence } from "./replica-evidence.ts";
import { replayEvidence } from "./restore.ts";

/** What a cut of the journals shows: of an A/B test who wins as well. */
export interface FoundReading {
  readonly reading: Reading;
  /** `null` for every other strategy, and where the cut is that of a crossing by an earlier process. */
  readonly ab: Omit<AbReading, "evidenceHash"> | null;
}

/** The reading that a cut of the journals stands for, or in a sentence why it cannot be computed any more. */
export type CutReading = FoundReading | { readonly missing: string };

/** Cuts that one pass over the journal computes: each keeps its own copy of the sums in memory. */
const MOST_IN_A_PASS = 64;

type Journal = Pick<EvidenceJournal, "read">;
type Replayed = Pick<Rollout, "id" | "plan">;

/**
 * Computes the readings of cuts again from the journals, in canonical order, which gives the same bits on the same
 * engine. Cuts that lie one behind the other share a pass over the journal.
 */
export async function replayCuts(
  journal: Journal,
  rollout: Replayed,
  cuts: readonly EvidenceCut[],
): Promise<readonly CutReading[]> {
  const readings: CutReading[] = [];
  for (const pass of passesOf(cuts)) readings.push(...(await replayPass(journal, rollout, pass)));
  return readings;
}

function passesOf(cuts: readonly EvidenceCut[]): readonly (readonly EvidenceCut[])[] {
  const passes: EvidenceCut[][] = [];
  for (const cut of cuts) {
    const last = passes.at(-1);
    const before = last?.at(-1);
    const joins = before !== undefined && (last?.length ?? 0) < MOST_IN_A_PASS && liesBehind(before, cut);
    if (joins) last?.push(cut);
    else passes.push([cut]);
  }
  return passes;
}

/** Whether whoever has come to `one` comes to `other` by going on. */
function liesBehind(one: EvidenceCut, other: EvidenceCut): boolean {
  if (one.before !== other.before || one.leavesOpenOut !== other.leavesOpenOut || one.parts.length === 0) return false;
  return one.parts.every((part) => {
    const next = other.parts.find(({ replicaId }) => replicaId === part.replicaId);
    return next !== undefined && next.entries >= part.entries && isContinued(part, next);
  });
}

/** The marks of giving up go on too; of those at the same place the last says all. */
function isContinued({ givenUp = [], entries }: CutPart, { givenUp: later = [] }: CutPart): boolean {
  const isSame = givenUp.every((mark, index) => {
    const next = later[index];
    return (
      next?.after === mark.after && (next.upTo === mark.upTo || (index === givenUp.length - 1 && next.upTo > mark.upTo))
    );
  });
  return isSame && later.slice(givenUp.length).every(({ after }) => after >= entries);
}

async function replayPass(
  journal: Journal,
  rollout: Replayed,
  cuts: readonly EvidenceCut[],
): Promise<readonly CutReading[]> {
  const [{ before, leavesOpenOut, parts } = { parts: [], before: undefined, leavesOpenOut: undefined }] = cuts;
  const replicas = new Map<string, CutReplica>();
  if (before !== undefined) {
    const [own] = parts;
    const read = (id: string): AsyncIterable<JournalBatch> => upTo(journal.read(id), before, own?.replicaId);
    const earlier = await replayEvidence({ journal: { read } }, rollout, { countsOpen: leavesOpenOut !== true });
    if (earlier.entries < before) return cuts.map(() => ({ missing: shortBy(before - earlier.entries) }));
    // Harm that was proven on the way is told as it was then.
    if (own === undefined) {
      const crossings = [earlier.crossingItself, earlier.crossing];
      const proof = crossings.find((crossing) => crossing?.cut.before === before);
      const reading = proof?.reading ?? earlier.evidence.reading();
      return cuts.map(() => ({ reading, ab: null }));
    }
    replicas.set(own.replicaId, new CutReplica(rollout, stopsOf(cuts, own.replicaId), earlier.evidence));
  } else {
    for (const { replicaId } of cuts.at(-1)?.parts ?? []) {
      replicas.set(replicaId, new CutReplica(rollout, stopsOf(cuts, replicaId)));
    }
  }
  for await (const batch of journal.read(rollout.id)) replicas.get(batch.replicaId)?.take(batch);
  return cuts.map((_, index) => readingAt(rollout, replicas, index));
}

const stopsOf = (cuts: readonly EvidenceCut[], replicaId: string): readonly (CutPart | null)[] =>
  cuts.map(({ parts }) => parts.find((part) => part.replicaId === replicaId) ?? null);

function readingAt({ plan }: Replayed, replicas: ReadonlyMap<string, CutReplica>, index: number): CutReading {
  // In the order of ids, in which the parts of a cut stand.
  const sorted = [...replicas].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, replica]) => replica);
  const missing = sorted.reduce((sum, replica) => sum + replica.missingAt(index), 0);
  if (missing > 0) return { missing: shortBy(missing) };
  const evidence = mergeEvidence(
    plan,
    sorted.flatMap((replica) => replica.evidenceAt(index) ?? []),
  );
  return { reading: evidence.reading(), ab: evidence.abReading() };
}

const shortBy = (entries: number): string =>
  `${entries} ${entries === 1 ? "entry that it rests on is" : "entries that it rests on are"} not in the journal: still to be written, or lost with a process that was killed or could not write for too long.`;

/** One replica's journal, read from stop to stop. */
class CutReplica {
  readonly #plan: Replayed["plan"];
  readonly #replica: ReplicaEvidence;
  readonly #stops: readonly (CutPart | null)[];
  readonly #kept: (Evidence | null)[] = [];
  #taken = 0;
  #batch = 0;
  #given: GivenUp = { after: -1, upTo: 0 };

  /** `evidence`: that of earlier processes, which it goes on with. */
  constructor({ plan }: Replayed, stops: readonly (CutPart | null)[], evidence?: Evidence) {
    this.#plan = plan;
    this.#replica = new ReplicaEvidence(plan, evidence);
    this.#stops = stops;
    this.#stop();
  }

  /** The evidence at a stop; `null` where the cut does not know this replica yet. */
  evidenceAt(index: number): Evidence | null {
    return this.#kept[index] ?? null;
  }

  /** Entries that the stop has and the journal has not. */
  missingAt(index: number): number {
    return index < this.#kept.length ? 0 : Math.max(0, (this.#stops[index]?.entries ?? 0) - this.#taken);
  }

  take({ entries, ...batch }: JournalBatch): void {
    let rest: readonly JournalEntry[] = entries;
    while (rest.length > 0 && this.#kept.length < this.#stops.length) {
      const now = rest.slice(0, this.#next() - this.#taken);
      rest = rest.slice(now.length);
      this.#batch += 1;
      this.#replica.take({ ...batch, batch: this.#batch, entries: now }, () => {});
      this.#taken += now.length;
      this.#stop();
    }
  }

  /** Entries up to the next mark or stop. */
  #next(): number {
    const stop = this.#stops[this.#kept.length];
    const mark = stop?.givenUp?.find(({ after }) => after > this.#taken);
    return mark?.after ?? stop?.entries ?? Infinity;
  }

  /** Gives up what is given up here, and keeps the evidence for every stop that is reached. */
  #stop(): void {
    for (;;) {
      const stop = this.#stops[this.#kept.length];
      if (stop === undefined) return;
      if (stop === null) {
        this.#kept.push(null);
        continue;
      }
      const mark = stop.givenUp?.find(({ after }) => after === this.#taken);
      if (mark !== undefined && (mark.after !== this.#given.after || mark.upTo !== this.#given.upTo)) {
        this.#given = mark;
        this.#replica.giveUp(mark.upTo);
      }
      if (stop.entries > this.#taken) return;
      this.#kept.push(mergeEvidence(this.#plan, [this.#replica.evidence]));
    }
  }
}

/** The first entries of all replicas but one. */
async function* upTo(
  batches: AsyncIterable<JournalBatch>,
  most: number,
  without: string | undefined,
): AsyncIterable<JournalBatch> {
  let left = most;
  for await (const batch of batches) {
    if (left === 0) return;
    if (batch.replicaId === without) continue;
    const entries = batch.entries.slice(0, left);
    left -= entries.length;
    yield { ...batch, entries };
  }
}
