/** What engines of 2024 and later have, and the language's library does not name yet (proposal JSON.parse source text access). */
interface SourceTextAccess {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}

const NATIVE = JSON as unknown as SourceTextAccess;

/** Fewer digits are always kept. */
const LONG = /\d{16}/;
const SHORT_SOURCE = 15;

/**
 * Parses JSON so that writing it with `JSON.stringify` gives every number as it was: one that a double would round
 * (integers beyond 2^53, long decimals) becomes an object that stands for its digits. Throws as `JSON.parse` does.
 */
export function parseExactJson(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  return NATIVE.parse(text, (_, value, { source }) => {
    if (typeof value !== "number" || source === undefined || source.length <= SHORT_SOURCE) return value;
    return String(value) === source ? value : NATIVE.rawJSON(source);
  });
}

/** The number that such an object stands for, rounded to a double; `null` for every other value. */
export function roundedNumber(value: unknown): number | null {
  if (!NATIVE.isRawJSON(value)) return null;
  return Number((value as { readonly rawJSON: string }).rawJSON);
}
