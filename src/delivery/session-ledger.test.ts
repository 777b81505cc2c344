import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { Evidence } from "../domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../domain/rollout/open-rollout.ts";
import type { JournalEntry } from "../ports/evidence-journal.ts";
import { OtherReplicas } from "./other-replicas.ts";
import { SessionLedger } from "./session-ledger.ts";

const ROLLOUT = "rol_1";

function openLedger(window = { turns: 1, withinMs: 1_000 }) {
  const entries: JournalEntry[] = [];
  const clock = new HandClock();
  const ledger = new SessionLedger({
    rolloutId: ROLLOUT,
    window,
    evidence: new Evidence(DEFAULT_PLAN),
    clock,
    others: new OtherReplicas(DEFAULT_PLAN, "rep_1"),
    log: {
      append: (_, entry) => void entries.push(entry),
      counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
      written: async () => true,
      flush: async () => {},
    },
  });
  const assign = (session: string): void =>
    ledger.assigned({ rolloutId: ROLLOUT, session, arm: "stable", epoch: 1, weight: 0.5 });
  const end = (session: string): void =>
    ledger.turnEnded({ rolloutId: ROLLOUT, session, failure: null, latencyMs: 1, firstTokenMs: null, costPico: 0n });
  return { clock, ledger, entries, assign, end };
}

describe("the ledger of sessions", () => {
  test("bounds what waits behind a session that has not ended, finished sessions included", () => {
    const { ledger, assign, end } = openLedger();
    assign("first");
    for (let index = 1; index < 100_010; index += 1) {
      assign(`session-${index}`);
      end(`session-${index}`);
    }
    expect(ledger.unobserved).toBe(10);
    end("first");
    assign("later");
    expect(ledger.unobserved).toBe(10);
  });

  test("leaves a refused session out, and goes on with what was answered behind it", () => {
    const { clock, ledger, entries, assign, end } = openLedger();
    for (const session of ["refused", "answered", "open", "refused too"]) assign(session);
    end("answered");
    ledger.leftOut("refused too");
    expect(ledger.reading().sessions.stable).toBe(0);
    ledger.leftOut("refused");
    expect(ledger.reading().sessions.stable).toBe(1);
    expect(ledger.reading().metrics[0]).toMatchObject({ metric: "errors", value: { stable: 0 } });
    end("open");
    clock.advance(1_000);
    ledger.expire();
    const ends = entries.flatMap((entry) => ("order" in entry && entry.type !== "assigned" ? [entry] : []));
    expect(ends.map(({ type, order }) => [type, order])).toEqual([
      ["left_out", 1],
      ["final", 2],
      ["final", 3],
      ["left_out", 4],
    ]);
    expect(ledger.reading()).toMatchObject({ sessions: { stable: 2 }, leftOut: { stable: 2, candidate: 0 } });
  });

  test("keeps what a session has shown before it is refused, and nothing of what comes after that", () => {
    const { ledger, assign, end } = openLedger({ turns: 2, withinMs: 1_000 });
    assign("refused at its second call");
    end("refused at its second call");
    ledger.leftOut("refused at its second call");
    expect(ledger.reading().leftOut).toBeUndefined();
    end("refused at its second call");
    assign("refused at its first");
    ledger.leftOut("refused at its first");
    end("refused at its first");
    expect(ledger.reading()).toMatchObject({ sessions: { stable: 1 }, leftOut: { stable: 1 } });
  });

  test("lets nothing that was answered wait behind a session without a turn when the process stops in good order", () => {
    const { ledger, assign, end } = openLedger();
    for (const session of ["silent", "answered"]) assign(session);
    end("answered");
    ledger.close();
    expect(ledger.reading()).toMatchObject({ sessions: { stable: 1 }, leftOut: { stable: 1 } });
  });

  test("closes no window because the wall clock is set", () => {
    const { clock, ledger, entries, assign, end } = openLedger();
    assign("under way");
    clock.setWall(180_000);
    ledger.expire();
    end("under way");
    clock.setWall(-360_000);
    assign("later");
    clock.advance(1_000);
    ledger.expire();
    const finals = entries.flatMap((entry) => (entry.type === "final" ? [entry.outcome.failure] : []));
    expect(finals).toEqual([null, "lost"]);
  });

  test("keeps a session that was drawn again apart from its first draw", () => {
    const { clock, assign, end, ledger, entries } = openLedger();
    assign("again");
    clock.advance(600);
    assign("again");
    clock.advance(500);
    ledger.expire();
    end("again");
    const finals = entries.flatMap((entry) => (entry.type === "final" ? [entry.outcome.failure] : []));
    expect(finals).toEqual(["lost", null]);
  });
});
