import { decompress } from "../compress.ts";
import { soundFactLine } from "../fact-line.ts";
import type { FactLine } from "../fact-line.ts";
import { linesIn } from "../read-packs.ts";

/** The calls of a pack of facts that can be read. */
export interface PackFacts {
  readonly facts: readonly { readonly line: number; readonly fact: FactLine }[];
  /** Whether something of it cannot be read: a damaged disk must not end the search for all other calls. */
  readonly isDamaged: boolean;
}

/** Reads a pack of facts as it is stored; what is damaged is left out. */
export async function factsInPack(data: Buffer, rawBytes: number): Promise<PackFacts> {
  const text = await decompress(data, rawBytes).catch(() => null);
  if (text === null) return { facts: [], isDamaged: true };
  const facts: { line: number; fact: FactLine }[] = [];
  let isDamaged = false;
  for (const [line, written] of linesIn(text).entries()) {
    if (written === "") continue;
    const fact = soundFactLine(written);
    if (fact === null) isDamaged = true;
    else facts.push({ line, fact });
  }
  return { facts, isDamaged };
}
