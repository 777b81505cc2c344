import { RunningDigest } from "../../kit/running-digest.ts";
import type { PrefixEnd } from "./prefix-outline.ts";

/** Reads a request from its beginning and notes where it may end. */
export class PrefixReader {
  readonly ends: PrefixEnd[] = [];
  readonly #digest = new RunningDigest();
  #bytes = 0;
  #blocks = 0;

  /** The next piece; `data` of its bytes are no text, and it has so many blocks of content. */
  read(piece: string | Uint8Array, { data = 0, blocks = 0 } = {}): void {
    this.#digest.add(piece);
    const bytes = typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
    this.#bytes += Math.max(0, bytes - data);
    this.#blocks += blocks;
  }

  /** What changes all that follows and is no part of it. */
  note(setting: string | Uint8Array): void {
    this.#digest.add(setting);
  }

  /** A beginning ends here. */
  end(place: Pick<PrefixEnd, "layer" | "index" | "markable">): void {
    this.ends.push({ ...place, digest: this.#digest.value(), bytes: this.#bytes, blocks: this.#blocks });
  }
}
