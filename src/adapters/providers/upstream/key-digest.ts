import { sha256Hex } from "../../../kit/hash.ts";

/** A name of a provider's key that says nothing of it, for replicas to speak of it: 16 hex digits. */
export const keyDigest = (secret: string | null): string =>
  sha256Hex(`the name of a provider's key: ${secret ?? ""}`).slice(0, 16);
