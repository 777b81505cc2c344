/** Numbers in a row, one per call. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

const bytesOf = (column: Column): Buffer => Buffer.from(column.buffer, column.byteOffset, column.byteLength);

type ColumnType<T> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): T;
};

/** Bytes as numbers; copied, because they may begin anywhere. */
function read<T>(bytes: Buffer, Type: ColumnType<T>): T {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return new Type(copy.buffer);
}

/** Numbers of 32 bits as differences from the one before, byte planes apart: what is alike compresses well. */
export function writeNumbers(numbers: ArrayLike<number>, isSorted = false): Buffer {
  const count = numbers.length;
  const planes = Buffer.allocUnsafe(count * 4);
  let last = 0;
  for (let row = 0; row < count; row += 1) {
    const value = (numbers[row] ?? 0) >>> 0;
    const written = isSorted ? value - last : value;
    last = value;
    planes[row] = written & 255;
    planes[count + row] = (written >>> 8) & 255;
    planes[2 * count + row] = (written >>> 16) & 255;
    planes[3 * count + row] = written >>> 24;
  }
  return planes;
}

/** Reads what `writeNumbers` wrote. */
export function readNumbers(planes: Buffer, isSorted = false): Uint32Array {
  const count = planes.length / 4;
  const numbers = new Uint32Array(count);
  let last = 0;
  for (let row = 0; row < count; row += 1) {
    const low = (planes[row] ?? 0) | ((planes[count + row] ?? 0) << 8);
    const high = (planes[2 * count + row] ?? 0) | ((planes[3 * count + row] ?? 0) << 8);
    const value = ((high << 16) | low) >>> 0;
    last = isSorted ? (last + value) >>> 0 : value;
    numbers[row] = last;
  }
  return numbers;
}

/** Values of which many are the same: each different one once, and for each row which. */
export interface Coded {
  readonly values: Float64Array;
  readonly codes: Uint16Array;
}

/** Codes of a column: positions among the different values in the order in which they come. */
export function codesOf<T>(
  column: Iterable<T>,
  count: number,
): { readonly values: readonly T[]; readonly codes: Uint16Array } {
  const known = new Map<T, number>();
  const codes = new Uint16Array(count);
  let row = 0;
  for (const value of column) {
    let code = known.get(value);
    if (code === undefined) {
      code = known.size;
      known.set(value, code);
    }
    codes[row] = code;
    row += 1;
  }
  return { values: [...known.keys()], codes };
}

/** The different values, how many they are (32 bits) before them, and the codes. */
export function writeCoded(column: readonly number[]): Buffer {
  const { values, codes } = codesOf(column, column.length);
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32LE(values.length);
  return Buffer.concat([head, bytesOf(Float64Array.from(values)), writeCodes(codes)]);
}

/** Reads what `writeCoded` wrote. */
export function readCoded(bytes: Buffer): Coded {
  const end = 4 + bytes.readUInt32LE(0) * 8;
  return { values: read(bytes.subarray(4, end), Float64Array), codes: readCodes(bytes.subarray(end)) };
}

/** Codes with their high bytes behind their low ones: those are nearly always 0. */
export function writeCodes(codes: Uint16Array): Buffer {
  const count = codes.length;
  const planes = Buffer.allocUnsafe(count * 2);
  for (let row = 0; row < count; row += 1) {
    const code = codes[row] ?? 0;
    planes[row] = code & 255;
    planes[count + row] = code >>> 8;
  }
  return planes;
}

/** Reads what `writeCodes` wrote. */
export function readCodes(planes: Buffer): Uint16Array {
  const count = planes.length / 2;
  const codes = new Uint16Array(count);
  for (let row = 0; row < count; row += 1) codes[row] = (planes[row] ?? 0) | ((planes[count + row] ?? 0) << 8);
  return codes;
}
