import type { CallFacts } from "../../domain/call/call-record.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { CallStore } from "../../ports/call-store.ts";

/** A recorded call as a case that a later test can run. */
export interface TestCase {
  readonly id: string;
  readonly name: string;
  readonly incident: string;
  readonly action: string;
  readonly facts: CallFacts;
  /** As the client sent it: parsed where it is JSON, text otherwise; `null` where it is not kept any more. */
  readonly request: unknown;
  readonly answer: string | null;
  /** What should have been, as the action says. */
  readonly wanted: string;
}

/** Longest answer that a case carries, characters. */
const MOST_ANSWER = 20_000;

/** The cases of an incident: one for each action that names a call which is still recorded. */
export async function testCasesOf(
  calls: Pick<CallStore, "facts" | "bodies">,
  incident: Incident,
): Promise<readonly TestCase[]> {
  const cases: TestCase[] = [];
  for (const { id, text, call } of incident.actions) {
    const facts = call === null ? null : await calls.facts(call);
    if (facts === null || facts.environment !== incident.environment) continue;
    const bodies = await calls.bodies(facts.id);
    const answer =
      bodies?.answer == null ? null : Buffer.from(bodies.answer).toString().slice(0, MOST_ANSWER).toWellFormed();
    cases.push({
      id: `${incident.id}/${id}`,
      name: text,
      incident: incident.id,
      action: id,
      facts,
      request: parsed(bodies?.request ?? null),
      answer,
      wanted: text,
    });
  }
  return cases;
}

function parsed(bytes: Uint8Array | null): unknown {
  if (bytes === null) return null;
  const text = Buffer.from(bytes).toString();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
