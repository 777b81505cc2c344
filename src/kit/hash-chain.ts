import { canonicalJson } from "./canonical-json.ts";
import { sha256Hex } from "./hash.ts";

/** What stands before the first link: 64 zeros. */
export const NO_HASH = "0".repeat(64);

/** One link: `hash` seals all its other members, `prevHash` is the hash of the link before it. */
export interface Link {
  readonly prevHash: string;
  readonly hash: string;
}

/** The hash that a link must have: SHA-256 of the canonical form (RFC 8785) of everything but its hash, 64 hex digits. */
export function sealOf({ hash: _, ...rest }: Link): string {
  return sha256Hex(canonicalJson(rest));
}

/** Index of the first link that was changed or does not follow the one before it; `null` when the whole chain holds. */
export function firstBrokenLink(links: readonly Link[]): number | null {
  const index = links.findIndex((link, place) => {
    const before = place === 0 ? NO_HASH : links[place - 1]?.hash;
    return link.prevHash !== before || link.hash !== sealOf(link);
  });
  return index < 0 ? null : index;
}
