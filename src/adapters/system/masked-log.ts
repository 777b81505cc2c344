import { pino, stdSerializers } from "pino";
import type { DestinationStream, Logger, LoggerOptions } from "pino";
import { maskText } from "../../kit/mask-text.ts";

/** Longest text in a line, characters: a provider's error can be a whole page. */
const MOST_TEXT = 4_000;
/** How deep objects are looked through. */
const MOST_DEPTH = 4;

/** Fields with names and ids of ours: nobody else can put anything into them, and they are in every line of a call. */
const OURS: ReadonlySet<string> = new Set([
  "call",
  "trace",
  "environment",
  "endpoint",
  "release",
  "arm",
  "key",
  "outcome",
  "code",
  "tier",
  "provider",
  "model",
  "attempt_code",
]);

/** Digits alone are amounts and times of ours. */
const NUMBER = /^-?\d{1,40}$/;

const OPTIONS: LoggerOptions = {
  serializers: { err: (error: Error) => masked(stdSerializers.err(error), 0) },
  formatters: { log: (fields) => maskedFields(fields, 0) },
  hooks: {
    logMethod(args, method) {
      for (const [place, one] of args.entries()) if (typeof one === "string") args[place] = maskedText(one);
      return method.apply(this, args);
    },
  },
};

/** A log of JSON lines in which secrets and personal data are masked before they are written; to standard output unless said otherwise. */
export const createMaskedLog = (destination?: DestinationStream): Logger =>
  destination === undefined ? pino(OPTIONS) : pino(OPTIONS, destination);

const maskedText = (text: string): string => {
  if (NUMBER.test(text)) return text;
  return text.length <= MOST_TEXT ? maskText(text) : `${maskText(text.slice(0, MOST_TEXT))}…`;
};

function masked(value: unknown, depth: number): unknown {
  if (typeof value === "string") return maskedText(value);
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return value;
  if (depth >= MOST_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((one) => masked(one, depth + 1));
  return maskedFields(value as Readonly<Record<string, unknown>>, depth);
}

/** An error keeps its own shape until its serializer takes it apart. */
const maskedFields = (fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error || (depth === 0 && OURS.has(name)) ? value : masked(value, depth + 1),
    ]),
  );
