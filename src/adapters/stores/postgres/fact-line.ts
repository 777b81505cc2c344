import type { CallFacts } from "../../../domain/call/call-record.ts";
import { factsOf } from "../../../domain/call/facts-text.ts";
import type { WrittenFacts } from "../../../domain/call/facts-text.ts";
import type { BodyRefs } from "./pack-bodies.ts";

/** What a line of a fact pack says of one call. */
export interface FactLine {
  readonly facts: CallFacts;
  /** Where its bytes are; `null` when there are none. */
  readonly bodies: BodyRefs | null;
}

const LINE_START = Buffer.from('{"facts":');

/** One line of JSON with its end, in pieces; `facts` is what `writeFacts` gave, as bytes that are never decoded. */
export const factLine = (facts: Buffer, bodies: BodyRefs | null): readonly Buffer[] => [
  LINE_START,
  facts,
  Buffer.from(`,"bodies":${JSON.stringify(bodies)}}\n`),
];

/** Reads what `factLine` wrote. */
export function readFactLine(line: string): FactLine {
  const { facts, bodies } = JSON.parse(line) as { readonly facts: WrittenFacts; readonly bodies: BodyRefs | null };
  return { facts: factsOf(facts), bodies };
}

/** The same; `null` for what is damaged: it must not take the rest of a list away. */
export function soundFactLine(line: string): FactLine | null {
  try {
    return readFactLine(line);
  } catch {
    return null;
  }
}
