/** A growing buffer of whole numbers, seven bits a byte, the lowest first. */
class NumberWriter {
  #bytes = Buffer.allocUnsafe(4_096);
  #length = 0;

  write(value: number): void {
    if (this.#length + 5 > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length] = (rest & 127) | 128;
      this.#length += 1;
      rest >>>= 7;
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/**
 * Words in the order of their hashes, each as the difference to the one before, how many rows, and the rows so too.
 * `pairs` are sorted and have each word and row as `hash * rows + row`.
 */
export function writePostings(pairs: Float64Array, rows: number): Buffer {
  const writer = new NumberWriter();
  let lastHash = 0;
  for (let start = 0; start < pairs.length;) {
    const hash = Math.floor((pairs[start] ?? 0) / rows);
    let end = start + 1;
    while (end < pairs.length && (pairs[end] ?? 0) < (hash + 1) * rows) end += 1;
    writer.write(hash - lastHash);
    lastHash = hash;
    writer.write(end - start);
    let lastRow = 0;
    for (let at = start; at < end; at += 1) {
      const row = (pairs[at] ?? 0) - hash * rows;
      writer.write(row - lastRow);
      lastRow = row;
    }
    start = end;
  }
  return Buffer.from(writer.written);
}

/** Reads what a `NumberWriter` wrote. */
class NumberReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  skip(numbers: number): void {
    let left = numbers;
    while (left > 0 && this.#at < this.#bytes.length) {
      if ((this.#bytes[this.#at] ?? 0) < 128) left -= 1;
      this.#at += 1;
    }
  }

  /** Rows of one word. */
  rows(count: number): Uint16Array {
    const rows = new Uint16Array(count);
    let row = 0;
    for (let index = 0; index < count; index += 1) {
      row += this.next();
      rows[index] = row;
    }
    return rows;
  }
}

/** Every word that was written, with its rows. */
export function* readPostings(bytes: Buffer): Generator<readonly [number, Uint16Array]> {
  const reader = new NumberReader(bytes);
  let hash = 0;
  while (!reader.isAtEnd) {
    hash += reader.next();
    yield [hash, reader.rows(reader.next())];
  }
}

/** The rows that have a word. */
export function rowsOf(bytes: Buffer, wanted: number): Uint16Array {
  const reader = new NumberReader(bytes);
  let hash = 0;
  while (!reader.isAtEnd && hash < wanted) {
    hash += reader.next();
    const count = reader.next();
    if (hash === wanted) return reader.rows(count);
    reader.skip(count);
  }
  return new Uint16Array(0);
}
