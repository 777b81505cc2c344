import { sha256Hex } from "../../../../kit/hash.ts";
import type { BodyRef } from "../pack-bodies.ts";

/** The bytes of a body in its pack; none where there are none, or where they are damaged. */
export function cutBody(pack: Buffer, ref: BodyRef | null): Uint8Array | null {
  if (ref === null) return null;
  const bytes = pack.subarray(ref.offset, ref.offset + ref.length);
  return sha256Hex(bytes) === ref.sha256 ? bytes : null;
}
