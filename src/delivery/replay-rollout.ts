import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";
import type { ShadowReading } from "../domain/evidence/shadow-reading.ts";
import { hashReading } from "../domain/evidence/running-evidence.ts";
import { replay, verifyLog } from "../domain/rollout/log.ts";
import type { RolloutEvent, RolloutFact } from "../domain/rollout/rollout.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import { flawOfCopies, replayCopies } from "./replay-copies.ts";
import type { CopiesReading, KeptCopies } from "./replay-copies.ts";
import { replayCuts } from "./replay-cuts.ts";
import type { CutReading, FoundReading } from "./replay-cuts.ts";

/** One decision that rests on evidence, computed again. */
export interface ReplayedDecision {
  /** Of its snapshot. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Types of the facts that rest on the snapshot, such as `HarmCrossed`. */
  readonly facts: readonly string[];
  /** `same` to the last bit; `differs` says in `detail` where; `unknown` says why it cannot be computed again. */
  readonly result: "same" | "differs" | "unknown";
  readonly detail: string | null;
  /** The engine that decided; `null` where it was not kept. */
  readonly engine: string | null;
}

/** A rollout, computed again from its log and the journals. */
export interface RolloutReplay {
  /** Whether the log is chained and what it adds up to is whole; a sentence where it is not. */
  readonly log: "intact" | { readonly flaw: string };
  /** The engine that computed this replay. */
  readonly engine: string;
  readonly decisions: readonly ReplayedDecision[];
}

/** What a replay rests on. */
export interface ReplayTerms {
  /** The whole log, oldest first. */
  readonly events: readonly RolloutEvent[];
  readonly journal: Pick<EvidenceJournal, "read">;
  /** Where the pairs of a stage of copies are read. */
  readonly copies?: KeptCopies;
  /** The engine that computes now. */
  readonly engine: string;
}

/**
 * Computes every decision of a rollout again, from the evidence journal and the kept pairs of copies: the same reading to
 * the last bit and the same verdicts on it, or where they differ. Throws on an empty log.
 */
export async function replayRollout({ events, journal, copies, engine }: ReplayTerms): Promise<RolloutReplay> {
  const chain = verifyLog(events);
  const rollout = replay(events);
  const taken = decisionsOf(events);
  const cuts = taken.flatMap(({ snapshot }) => (isOfCopies(snapshot) ? [] : (snapshot.cut ?? [])));
  const readings = await replayCuts(journal, rollout, cuts);
  const stages = taken.flatMap(({ snapshot }) => (isOfCopies(snapshot) ? [snapshot.reading] : []));
  const pairs = await replayCopies(copies, rollout, stages);
  const decisions = taken.map((decision): ReplayedDecision => {
    const { snapshot } = decision;
    if (isOfCopies(snapshot)) {
      const again = pairs[stages.indexOf(snapshot.reading)] ?? NO_COPIES;
      return { ...headOf(decision), ...compareCopies(decision.facts, snapshot.reading, again) };
    }
    const reading = snapshot.cut === undefined ? NO_CUT : readings[cuts.indexOf(snapshot.cut)];
    return { ...headOf(decision), ...compare({ ...decision, snapshot }, reading ?? NO_CUT, engine) };
  });
  return { log: chain.ok ? "intact" : { flaw: `Entry ${chain.seq}: ${chain.reason}` }, engine, decisions };
}

type SessionsSnapshot = Extract<RolloutFact, { readonly type: "EvidenceSnapshot" }>;
type CopiesSnapshot = Extract<RolloutFact, { readonly type: "ShadowSnapshot" }>;

const isSnapshot = (fact: RolloutFact): fact is SessionsSnapshot | CopiesSnapshot =>
  fact.type === "EvidenceSnapshot" || fact.type === "ShadowSnapshot";

const isOfCopies = (snapshot: SessionsSnapshot | CopiesSnapshot): snapshot is CopiesSnapshot =>
  snapshot.type === "ShadowSnapshot";

/** A snapshot with the facts that rest on it. */
interface TakenDecision {
  readonly event: RolloutEvent;
  readonly snapshot: SessionsSnapshot | CopiesSnapshot;
  readonly facts: readonly RolloutFact[];
}

const NO_COPIES: CopiesReading = { missing: "No pairs of copies are kept." };

const NO_CUT: CutReading = { missing: "The log does not say which entries of the journal it rests on." };

/** The facts behind a snapshot share who, why and the millisecond with it. */
function decisionsOf(events: readonly RolloutEvent[]): readonly TakenDecision[] {
  return events.flatMap((event, index) => {
    if (!isSnapshot(event.fact)) return [];
    const rest = events.slice(index + 1);
    const end = rest.findIndex(
      ({ at, reason, fact }) => at !== event.at || reason !== event.reason || isSnapshot(fact),
    );
    const own = end < 0 ? rest : rest.slice(0, end);
    return [{ event, snapshot: event.fact, facts: own.map(({ fact }) => fact) }];
  });
}

const headOf = ({
  event,
  snapshot,
  facts,
}: TakenDecision): Pick<ReplayedDecision, "seq" | "at" | "facts" | "engine"> => ({
  seq: event.seq,
  at: event.at,
  facts: facts.map(({ type }) => type),
  engine: isOfCopies(snapshot) ? null : engineOf(snapshot.cut),
});

const engineOf = (cut: EvidenceCut | undefined): string | null => cut?.engine ?? null;

function compareCopies(
  facts: readonly RolloutFact[],
  was: ShadowReading,
  again: CopiesReading,
): Pick<ReplayedDecision, "result" | "detail"> {
  if ("missing" in again) return { result: "unknown", detail: again.missing };
  const flaw = facts.map((fact) => flawOfCopies(fact, again.reading)).find((found) => found !== null);
  if (flaw !== undefined) return { result: "differs", detail: flaw };
  // Whether money was left is this moment's, and no part of what the pairs say.
  if (again.reading.evidenceHash === was.evidenceHash) return { result: "same", detail: null };
  const where = differenceOf(was, { ...again.reading, isSpent: was.isSpent }, "reading") ?? "its hash";
  return { result: "differs", detail: `The verdict is the same, but not every bit: ${where}.` };
}

function compare(
  { snapshot, facts }: Omit<TakenDecision, "snapshot"> & { readonly snapshot: SessionsSnapshot },
  now: CutReading,
  engine: string,
): Pick<ReplayedDecision, "result" | "detail"> {
  if ("missing" in now) return { result: "unknown", detail: now.missing };
  const flaw = facts.map((fact) => flawOf(fact, now)).find((found) => found !== null);
  if (flaw !== undefined) return { result: "differs", detail: flaw };
  if (hashReading(now.reading) === snapshot.evidenceHash) return { result: "same", detail: null };
  const where = differenceOf(snapshot.reading, now.reading, "reading") ?? "its hash";
  const by =
    engineOf(snapshot.cut) === engine ? "" : ` (decided by ${engineOf(snapshot.cut)}, computed again by ${engine})`;
  return { result: "differs", detail: `The verdict is the same, but not every bit: ${where}${by}.` };
}

/** Why the replayed reading does not carry a fact; `null` when it does, or the fact rests on something else. */
function flawOf(fact: RolloutFact, { reading, ab }: FoundReading): string | null {
  if (fact.type === "WinnerFound") return reading.union.crossed ? null : flawOfWinner(fact, ab);
  if (fact.type === "NoWorseCertified") {
    const found = reading.metrics.find(({ metric }) => metric === fact.metric);
    if (found?.noWorse.crossed === true) return null;
    return `${fact.metric} was certified; computed again it is at log E ${found?.noWorse.logE} of ${found?.noWorse.threshold}.`;
  }
  if (fact.type !== "HarmCrossed" || fact.stage === "shadow") return null;
  const { union, itself = union, sessions } = reading;
  // Where failures of the candidate's provider are told apart, harm may be that of either.
  const proofs = [itself, union].filter(({ crossed }) => crossed);
  if (proofs.length === 0) return `Harm was proven; computed again log R is ${union.logR} of ${union.threshold}.`;
  const isSame = proofs.some(({ logR }) => Object.is(logR, fact.logR));
  if (isSame && sessions.candidate === fact.candidateSessions) return null;
  return `Harm was proven at log R ${fact.logR} after ${fact.candidateSessions} candidate sessions; computed again at ${union.logR} after ${sessions.candidate}.`;
}

/** Not for a test that goes on after harm was proven: its readings are those of that moment. */
function flawOfWinner(
  { winner, sessions }: Extract<RolloutFact, { readonly type: "WinnerFound" }>,
  ab: FoundReading["ab"],
): string | null {
  if (ab === null) return null;
  if (ab.sessions !== sessions)
    return `The test ended after ${sessions} sessions; computed again there are ${ab.sessions}.`;
  const again = ab.better.crossed ? "candidate" : ab.worse.crossed ? "stable" : "none";
  return again === winner ? null : `The test ended with ${winner}; computed again it ends with ${again}.`;
}

/** The first place where two values differ, with both: `reading.union.logR 3.1 against 3.2`. */
function differenceOf(was: unknown, now: unknown, path: string): string | null {
  if (Object.is(was, now)) return null;
  if (typeof was !== "object" || typeof now !== "object" || was === null || now === null) {
    return `${path} ${JSON.stringify(was)} against ${JSON.stringify(now)}`;
  }
  const [before, after] = [was as Readonly<Record<string, unknown>>, now as Readonly<Record<string, unknown>>];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const found = differenceOf(before[key], after[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
