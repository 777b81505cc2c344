import type { AttemptRecord, CallFacts } from "../../../domain/call/call-record.ts";
import type { BodyRefs } from "./pack-bodies.ts";

/** What a line of a fact pack says of one call. */
export interface FactLine {
  readonly facts: CallFacts;
  /** Where its bytes are; `null` when there are none. */
  readonly bodies: BodyRefs | null;
}

/** JSON has no bigint: costs travel as decimal text. */
type Written<T> = Omit<T, "costPico"> & { readonly costPico: string };
type WrittenFacts = Omit<Written<CallFacts>, "attempts"> & { readonly attempts: readonly Written<AttemptRecord>[] };

/** The facts of a call as JSON without line breaks. */
export function writeFacts(facts: CallFacts): string {
  const attempts = facts.attempts.map((attempt) => ({ ...attempt, costPico: attempt.costPico.toString() }));
  const written: WrittenFacts = { ...facts, attempts, costPico: facts.costPico.toString() };
  return JSON.stringify(written);
}

/** Reads what `writeFacts` wrote. */
export const readFacts = (text: string): CallFacts => factsOf(JSON.parse(text) as WrittenFacts);

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

function factsOf(written: WrittenFacts): CallFacts {
  const attempts = written.attempts.map((attempt) => ({ ...attempt, costPico: BigInt(attempt.costPico) }));
  return { ...written, attempts, costPico: BigInt(written.costPico) };
}
