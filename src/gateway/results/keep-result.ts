import { resultDigest, writeKeptResult } from "../../domain/results/kept-result.ts";
import { resultBar } from "../../domain/results/result-bar.ts";
import type { ResultBar } from "../../domain/results/result-bar.ts";
import type { ClaimNote } from "../../domain/results/claim-note.ts";
import type { ResultPolicy } from "../../domain/results/result-policy.ts";
import { folderText } from "../../domain/results/result-place.ts";
import type { PresentedClaim } from "../../domain/results/result-place.ts";
import type { Json } from "../../domain/json.ts";
import type { ResultDesk } from "./result-desk.ts";
import { countOne } from "./result-tally.ts";

/** A run that is over. */
export interface FinishedRun {
  readonly claim: PresentedClaim;
  /** The API key that brings it. */
  readonly keyId: string;
  /** The policy in force now; `null` where the source is not declared any more. */
  readonly policy: ResultPolicy | null;
  /** JSON text as it came; `null` for a run that failed. */
  readonly result: string | null;
  /** Whether the application says that it is an error. */
  readonly isError: boolean;
}

/** Whether a result is kept, or why not. */
export type ResultKept =
  | "stored"
  | ResultBar
  /** Its claim is not known: used already, given too long ago, another key's, or what it was for was purged or forgotten since. */
  | "lapsed"
  | "too-large"
  /** The source has been closed, because its results differ from run to run. */
  | "closed"
  /** The source is not in the configuration any more. */
  | "undeclared"
  /** The cache could not take it. */
  | "failed";

/** What became of a run's result, and what an audit showed; `null` for a run that was none. */
export interface KeptFact {
  readonly kept: ResultKept;
  readonly audit: "same" | "differs" | null;
}

/** Takes the result of a run: keeps what may be kept, compares it where the run was an audit, and lets go of those who wait. */
export async function keepResult(desk: ResultDesk, run: FinishedRun): Promise<KeptFact> {
  const note = await desk.takeNote(run.claim, run.keyId);
  const isOurs = note !== null && note !== "another's";
  const fact: KeptFact = isOurs ? await taken(desk, run, note) : { kept: "lapsed", audit: null };
  // A claim that nobody gave may name anything.
  if (isOurs || run.policy !== null) countOne(desk.tally.of(run.claim.folder).kept, fact.kept);
  // Whose claim this is shows its token alone: without the note it may still hold others up.
  if (note === null || (isOurs && note.exclusive)) await letGo(desk, run, fact.kept);
  desk.lines.wake(run.claim.key);
  return fact;
}

async function taken(
  desk: ResultDesk,
  { claim, policy, result, isError }: FinishedRun,
  note: ClaimNote,
): Promise<KeptFact> {
  if (policy === null) return { kept: "undeclared", audit: null };
  if (await desk.isForgotten(claim, note)) return { kept: "lapsed", audit: null };
  const bar = isError || result === null ? "error" : resultBar(JSON.parse(result) as Json);
  if (bar !== null || result === null) return { kept: bar ?? "error", audit: null };
  const digest = resultDigest(result);
  const audit = note.audited === null ? null : note.audited === digest ? "same" : "differs";
  if (audit !== null && (await compare(desk, { claim, note, policy, differs: audit === "differs" }))) {
    return { kept: "closed", audit };
  }
  if ((await desk.purity.closingOf(note.purity)) !== null) return { kept: "closed", audit };
  if (Buffer.byteLength(result) > policy.maxEntryBytes) return { kept: "too-large", audit };
  const { key, folder } = claim;
  const entry = writeKeptResult({ key, at: desk.clock.now(), digest, result });
  const place = { endpoint: folderText(folder), key };
  const isStored = await desk.cache.store(place, entry, policy.ttlMs);
  if (!(await desk.isForgotten(claim, note))) return { kept: isStored ? "stored" : "failed", audit };
  await desk.cache.evict(place);
  return { kept: "lapsed", audit };
}

interface Comparison {
  readonly claim: PresentedClaim;
  readonly note: ClaimNote;
  readonly policy: ResultPolicy;
  readonly differs: boolean;
}

/** Resolves to whether the source was closed; then nothing of it is left. */
async function compare(desk: ResultDesk, { claim, note, policy, differs }: Comparison): Promise<boolean> {
  const { mayDiffer } = policy;
  if (!(await desk.purity.note(note.purity, { differs, mayDiffer }))) return false;
  await desk.cache.purge(folderText(claim.folder));
  return true;
}

/** Long enough for two commands. */
const MOMENT_MS = 1_000;

/** Takes the claim up again, on whichever replica it was given, and lets it go. */
async function letGo(desk: ResultDesk, { claim }: FinishedRun, kept: ResultKept): Promise<void> {
  const { key, folder, token } = claim;
  const held = await desk.cache.claim({ endpoint: folderText(folder), key }, MOMENT_MS, token);
  if (held.state === "ours") held.release(outcomeOf(kept));
}

/** A failed run may be tried again by the next; what cannot be kept would not be the next time either. */
function outcomeOf(kept: ResultKept): "done" | "failed" | "hopeless" {
  if (kept === "stored") return "done";
  return kept === "error" || kept === "lapsed" ? "failed" : "hopeless";
}
