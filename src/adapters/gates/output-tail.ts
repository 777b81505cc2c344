/** The end of what a program wrote, in bounded memory. */
export class OutputTail {
  readonly #most: number;
  #kept: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;

  /** Keeps the last `most` bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#bytes += chunk.length;
    // Twice as much as is kept, so that bytes are moved once each.
    if (this.#bytes > 2 * this.#most) this.#trim();
  }

  /** As text, saying what was left out before it. */
  text(): string {
    this.#trim();
    const text = Buffer.concat(this.#kept).toString();
    return this.#dropped === 0 ? text : `… ${this.#dropped} bytes before this are not kept\n${text}`;
  }

  /** The last line that is not blank. */
  lastLine(): string {
    const lines = this.text().split("\n");
    return (lines.findLast((line) => line.trim() !== "") ?? "").trim();
  }

  #trim(): void {
    if (this.#bytes <= this.#most) return;
    const all = Buffer.concat(this.#kept);
    this.#dropped += all.length - this.#most;
    // A copy: a view would keep all of it alive.
    this.#kept = [Buffer.from(all.subarray(all.length - this.#most))];
    this.#bytes = this.#most;
  }
}
