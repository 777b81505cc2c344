import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Questions with the class that says which of them have the same answer. */
export interface DataSet {
  readonly name: string;
  readonly texts: readonly string[];
  readonly classes: readonly number[];
}

/** Names of the data sets, as folders. */
export const DATA_SETS = ["banking77", "clinc150"] as const;

/** Reads a data set in the layout of its publisher from a folder that holds all of them. */
export function readDataSet(folder: string, name: (typeof DATA_SETS)[number]): DataSet {
  const rows = name === "banking77" ? readBanking(folder) : readClinc(folder);
  const numbers = new Map<string, number>();
  const classes = rows.map(([text, label], at) => {
    // Two questions that are out of scope have nothing else in common.
    const own = label === "oos" ? `oos ${at} ${text}` : label;
    const number = numbers.get(own) ?? numbers.size;
    numbers.set(own, number);
    return number;
  });
  return { name, texts: rows.map(([text]) => text), classes };
}

type Row = readonly [text: string, label: string];

function readBanking(folder: string): readonly Row[] {
  const [, ...rows] = parseCsv(readFileSync(join(folder, "banking77", "train.csv"), "utf8"));
  return rows.flatMap(([text, label]): Row[] => (text === undefined || label === undefined ? [] : [[text, label]]));
}

function readClinc(folder: string): readonly Row[] {
  const parts = JSON.parse(readFileSync(join(folder, "clinc150", "train_val.json"), "utf8")) as Record<string, Row[]>;
  return Object.values(parts).flat();
}

/** Reads comma-separated values (RFC 4180). */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { field, end } = text[at] === '"' ? quotedField(text, at + 1) : plainField(text, at);
    row.push(field);
    const sign = text[end];
    at = end + (sign === "\r" && text[end + 1] === "\n" ? 2 : 1);
    if (sign !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

function quotedField(text: string, begin: number): { readonly field: string; readonly end: number } {
  let field = "";
  let at = begin;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new Error("A quoted field does not end.");
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { field, end: quote + 1 };
    field += '"';
    at = quote + 2;
  }
}

function plainField(text: string, begin: number): { readonly field: string; readonly end: number } {
  let end = begin;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { field: text.slice(begin, end), end };
}
