import { expect, test } from "vitest";
import { DEFAULT_PLAN } from "../domain/rollout/open-rollout.ts";
import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";
import type { JournalBatch } from "../ports/evidence-journal.ts";
import { replayCuts } from "./replay-cuts.ts";

const assignment = { rolloutId: "rol_1", session: "open", arm: "candidate", epoch: 1, weight: 0.5 } as const;
const KILLED: JournalBatch = {
  rolloutId: "rol_1",
  replicaId: "rep_1",
  batch: 1,
  entries: [{ type: "assigned", order: 1, at: 1_000, assignment }],
};

/** Candidate sessions that a cut of the journal of a killed process rests on. */
async function candidatesAt(cut: Omit<EvidenceCut, "engine">): Promise<number | null> {
  const read = async function* (): AsyncIterable<JournalBatch> {
    yield KILLED;
  };
  const [found] = await replayCuts({ read }, { id: "rol_1", plan: DEFAULT_PLAN }, [{ engine: "this one", ...cut }]);
  return found !== undefined && "reading" in found ? found.reading.sessions.candidate : null;
}

test("what a dead process left open is left out, and a failure for decisions that counted it", async () => {
  const next = [{ replicaId: "rep_2", entries: 0 }];
  expect(await candidatesAt({ parts: next, before: 1, leavesOpenOut: true })).toBe(0);
  expect(await candidatesAt({ parts: next, before: 1 })).toBe(1);
  const dead = { replicaId: "rep_1", entries: 1 };
  expect(await candidatesAt({ parts: [dead] })).toBe(0);
  expect(await candidatesAt({ parts: [{ ...dead, givenUp: [{ after: 1, upTo: 2_000 }] }] })).toBe(1);
});
