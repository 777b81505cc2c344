import { printable } from "../../kit/printable.ts";
import type { Mistake } from "../project.ts";
import { looksSecret } from "../secret-shape.ts";

/** A place in a file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const MAX_SHOWN = 80;

/** A value as mistakes show it: quoted, short, printable; what looks like a secret is never shown. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") {
    if (looksSecret(value)) return "(a value that looks like a secret)";
    const short = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
    return printable(JSON.stringify(short.toWellFormed()));
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a section";
}

/** What a mistake is about, without its place. */
export interface Fault {
  readonly message: string;
  readonly fix: string;
}

const inOneLine = (text: string): string =>
  printable(text.toWellFormed()).replaceAll("\n", "\\n").replaceAll("\t", "\\t");

/** Sets a fault in its place. Its words are made safe to print, whatever they quote. */
export function mistake(place: Place, { message, fix }: Fault): Mistake {
  const { file, line, column } = place;
  return { file, line, column, message: inOneLine(message), fix: inOneLine(fix) };
}

/** More cannot be corrected in one go, and telling each costs time. */
export const MAX_MISTAKES = 300;

/** At most 300, by file in the order of first appearance, then by place; equal ones once. */
export function sortMistakes(mistakes: readonly Mistake[]): readonly Mistake[] {
  const told = mistakes.slice(0, MAX_MISTAKES);
  const files = [...new Set(told.map((one) => one.file))];
  const unique = new Map(told.map((one) => [`${one.file}\n${one.line}\n${one.column}\n${one.message}`, one]));
  return [...unique.values()].toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
