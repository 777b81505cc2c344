import { sha256Hex } from "../../kit/hash.ts";
import { logSumExp } from "../evidence/log-sum-exp.ts";
import { folderText } from "./result-place.ts";
import type { ResultFolder } from "./result-place.ts";

/** What comparisons of kept results with new ones have shown. */
export interface Purity {
  readonly audits: number;
  /** Audits whose new result was another one. */
  readonly differed: number;
}

/** Before the first comparison. */
export const UNAUDITED: Purity = { audits: 0, differed: 0 };

/** What evidence belongs to: another definition of the tool begins anew. */
export const purityId = (folder: ResultFolder, { environment, definition }: PurityOf): string =>
  sha256Hex(`purity ${environment} ${folderText(folder)} ${definition}`);

/** Where and of what. */
export interface PurityOf {
  readonly environment: string;
  /** Digest of the tool's definition; empty for a place of passages. */
  readonly definition: string;
}

/** One more comparison. */
export const withAudit = ({ audits, differed }: Purity, differs: boolean): Purity => ({
  audits: audits + 1,
  differed: differed + (differs ? 1 : 0),
});

/** A source that differs no more often than declared is closed with at most this probability, however long it runs. */
const FALSE_CLOSING = 0.01;

/** Rates that are bet on, as multiples of the declared one, and as shares of the way from it to 1. */
const MULTIPLES = [1.25, 1.5, 2, 3, 5, 10];
const SHARES = [0.02, 0.05, 0.1, 0.25, 0.5, 0.9];

/**
 * Whether results differ more often than declared. Declared as never (0), one is enough. Else the evidence is a
 * mixture of likelihood ratios of higher rates against the declared one; for every true rate up to that it is a
 * supermartingale that begins at 1, so by Ville's inequality it ever reaches 100 with probability 1 % at most.
 */
export function isImpure({ audits, differed }: Purity, mayDiffer: number): boolean {
  if (mayDiffer <= 0) return differed > 0;
  const rates = [
    ...MULTIPLES.map((multiple) => mayDiffer * multiple),
    ...SHARES.map((share) => mayDiffer + share * (1 - mayDiffer)),
  ].filter((rate) => rate < 1);
  const logs = rates.map(
    (rate) => differed * Math.log(rate / mayDiffer) + (audits - differed) * Math.log((1 - rate) / (1 - mayDiffer)),
  );
  return logSumExp(logs) - Math.log(rates.length) >= -Math.log(FALSE_CLOSING);
}
