import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { Evidence } from "../domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../domain/rollout/open-rollout.ts";
import type { JournalEntry } from "../ports/evidence-journal.ts";
import { OtherReplicas } from "./other-replicas.ts";
import { SessionLedger } from "./session-ledger.ts";

const DRAW = { rolloutId: "rol_1", session: "ses", arm: "stable", epoch: 1, weight: 0.5 } as const;

/** A session that another replica drew five milliseconds later, and that was then drawn again here. */
function drawnAgain() {
  const entries: JournalEntry[] = [];
  const clock = new HandClock();
  const ledger = new SessionLedger({
    rolloutId: DRAW.rolloutId,
    window: { turns: 1, withinMs: 60_000 },
    evidence: new Evidence(DEFAULT_PLAN),
    clock,
    others: new OtherReplicas(DEFAULT_PLAN, "rep_1"),
    hasOthers: () => true,
    log: {
      append: (_, entry) => void entries.push(entry),
      counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
      written: async () => true,
      flush: async () => {},
    },
  });
  const call = (): void => {
    ledger.assigned(DRAW);
    ledger.turnEnded({ ...DRAW, failure: null, latencyMs: 1, firstTokenMs: null, costPico: 1n });
  };
  let batch = 0;
  const gather = async (...told: readonly JournalEntry[]): Promise<void> => {
    await Promise.resolve();
    const upTo = ledger.claims?.beginReading() ?? 0;
    batch += 1;
    ledger.claims?.takeBatch({ rolloutId: DRAW.rolloutId, replicaId: "rep_2", batch, entries: told });
    ledger.claims?.read(upTo, new Set(["rep_1", "rep_2"]));
    ledger.settleClaims();
  };
  const ends = (): readonly string[] =>
    entries.flatMap((entry) =>
      entry.type === "final" || entry.type === "twice" ? [`${entry.type} ${entry.order}`] : [],
    );
  const draw = async (): Promise<void> => {
    call();
    await gather({ type: "assigned", order: 1, at: clock.now() + 5, assignment: DRAW });
    clock.advance(10);
    call();
  };
  return { ledger, gather, ends, draw };
}

const OUTCOME = {
  arm: "stable",
  epoch: 1,
  weight: 0.5,
  failure: null,
  latencyMs: 1,
  firstTokenMs: null,
  costPico: 1,
} as const;

test("a session that is drawn here again while it is contested counts where the other replica had counted it, and is given up once", async () => {
  const { ledger, gather, ends, draw } = drawnAgain();
  await draw();
  await gather({ type: "final", order: 1, outcome: OUTCOME });
  for (let more = 0; more < 3; more += 1) await gather();
  expect(ends()).toEqual(["twice 1", "twice 2"]);
  expect(ledger.assignedInAll).toBe(0);
});

test("and counts here once where the other replica yields to the first draw", async () => {
  const { ledger, gather, ends, draw } = drawnAgain();
  await draw();
  await gather();
  await gather({ type: "twice", order: 1, session: DRAW.session, epoch: 1 });
  await gather();
  expect(ends()).toEqual(["twice 2", "final 1"]);
  expect(ledger.assignedInAll).toBe(1);
});
