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

/** One line of JSON. */
export function writeFactLine({ facts, bodies }: FactLine): string {
  const attempts = facts.attempts.map((attempt) => ({ ...attempt, costPico: attempt.costPico.toString() }));
  const written: WrittenFacts = { ...facts, attempts, costPico: facts.costPico.toString() };
  return JSON.stringify({ facts: written, bodies });
}

/** Reads what `writeFactLine` wrote. */
export function readFactLine(line: string): FactLine {
  const { facts, bodies } = JSON.parse(line) as { readonly facts: WrittenFacts; readonly bodies: BodyRefs | null };
  const attempts = facts.attempts.map((attempt) => ({ ...attempt, costPico: BigInt(attempt.costPico) }));
  return { facts: { ...facts, attempts, costPico: BigInt(facts.costPico) }, bodies };
}
