import { createInterface } from "node:readline/promises";
import { printable } from "../kit/printable.ts";

/** Asks the person at the terminal; nobody there has agreed to nothing. */
export async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${printable(question)} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
