import { sha256Hex } from "../../../kit/hash.ts";

/**
 * A number in [0, 1) that depends on an id and on what it is drawn for, and on nothing else: replicas and replays draw
 * the same. The first 48 bits of SHA-256 over both. Independent of everything about a call as long as ids are made
 * before anything of the call is known.
 */
export function coinOf(id: string, purpose: "audit" | "split"): number {
  return Number.parseInt(sha256Hex(`${purpose}\n${id}`).slice(0, 12), 16) / 2 ** 48;
}
