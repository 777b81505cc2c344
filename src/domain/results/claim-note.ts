import { objectIn } from "../object-in.ts";

/** What is remembered of a claim until its result comes. It lies beside the results, so that a purge takes it along. */
export interface ClaimNote {
  /** The API key that was given it; nobody else's result is taken. */
  readonly keyId: string;
  /** Whether others wait for it. */
  readonly exclusive: boolean;
  /** Digest of the kept result that this run is compared with; `null` for a run that is no audit. */
  readonly audited: string | null;
  /** What the comparison is evidence of (see `purityId`). */
  readonly purity: string;
  /** The mark of the last time that the result was forgotten before the claim was given; `null` for none. */
  readonly forgotten: string | null;
}

const FORMAT = "rollward.claim/1";

/** The note as text. */
export const writeClaimNote = (note: ClaimNote): string => JSON.stringify({ format: FORMAT, ...note });

/** Reads what `writeClaimNote` wrote; `null` for anything else. */
export function readClaimNote(text: string): ClaimNote | null {
  const facts = objectIn(text);
  if (facts?.["format"] !== FORMAT) return null;
  const { keyId, exclusive, audited, purity, forgotten } = facts;
  if (typeof keyId !== "string" || typeof exclusive !== "boolean" || typeof purity !== "string") return null;
  if (!isTextOrNull(audited) || !isTextOrNull(forgotten)) return null;
  return { keyId, exclusive, audited, purity, forgotten };
}

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
