import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { inexactNumbers } from "../cache/cache-key.ts";
import type { Json } from "../json.ts";
import { objectIn } from "../object-in.ts";

/** A result as it is kept. */
export interface KeptResult {
  /** The key that it lies under: an entry that was moved or copied elsewhere is not believed. */
  readonly key: string;
  /** When it came, epoch milliseconds. */
  readonly at: number;
  /** Tells whether two results are the same (see `resultDigest`). */
  readonly digest: string;
  /** JSON text as it came, byte for byte: numbers keep all their digits. */
  readonly result: string;
}

const FORMAT = "rollward.result/1";

/** SHA-256 over a result's canonical JSON: equal for results that differ in white space or in the order of members alone. */
export const resultDigest = (result: string): string =>
  sha256Hex(canonicalJson({ result: JSON.parse(result) as Json, numbers: inexactNumbers(result) }));

/** The entry as text: a line of facts, then the result as it came. */
export const writeKeptResult = ({ key, at, digest, result }: KeptResult): string =>
  `${JSON.stringify({ format: FORMAT, key, at, digest })}\n${result}`;

/** The facts take less: a longer first line is none of ours. */
const MOST_FACTS = 400;

/**
 * Reads what `writeKeptResult` wrote under a key; `null` for anything else, be it of another version, damaged, or put
 * there by somebody else: it must neither become an answer nor break one.
 */
export function readKeptResult(text: string, key: string): KeptResult | null {
  const end = text.indexOf("\n");
  if (end < 0 || end > MOST_FACTS) return null;
  const facts = objectIn(text.slice(0, end));
  const result = text.slice(end + 1);
  if (facts?.["format"] !== FORMAT || facts["key"] !== key || !isJson(result)) return null;
  const { at, digest } = facts;
  if (typeof at !== "number" || !Number.isSafeInteger(at) || at < 0 || typeof digest !== "string") return null;
  return { key, at, digest, result };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
