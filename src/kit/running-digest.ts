import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

/** SHA-256 of pieces in a row, which may be asked for after each of them. Pieces are told apart: "ab" is not "a", "b". */
export class RunningDigest {
  readonly #hash: Hash = createHash("sha256");

  /** Texts are taken in UTF-8. */
  add(piece: string | Uint8Array): void {
    this.#hash.update(`${piece.length}\n`);
    this.#hash.update(piece);
  }

  /** The first 128 bits of the digest of all pieces so far, hex digits. */
  value(): string {
    return this.#hash.copy().digest("hex").slice(0, 32);
  }
}
