import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import { Evidence } from "../domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../domain/rollout/open-rollout.ts";
import type { FailureCause } from "../domain/traffic/assignment.ts";
import type { JournalEntry } from "../ports/evidence-journal.ts";
import { OtherReplicas } from "./other-replicas.ts";
import { SessionLedger } from "./session-ledger.ts";

const UNIT = { rolloutId: "rol_1", session: "ses" };

/** A ledger with one session in it, and what became of that. */
function drawn(turns: number) {
  const entries: JournalEntry[] = [];
  const clock = new HandClock();
  const ledger = new SessionLedger({
    rolloutId: UNIT.rolloutId,
    window: { turns, withinMs: 1_000 },
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
  ledger.assigned({ ...UNIT, arm: "stable", epoch: 1, weight: 0.5 });
  const begin = (): number => ledger.turnBegan(UNIT.session);
  const end = (begun: number, failure: FailureCause | null = null, latencyMs = 1): void =>
    ledger.turnEnded({ ...UNIT, begun, failure, latencyMs, firstTokenMs: null, costPico: 1n });
  const outcome = (): SessionOutcome | null =>
    entries.flatMap((entry) => (entry.type === "final" ? [entry.outcome] : []))[0] ?? null;
  const expire = (): void => {
    clock.advance(1_000);
    ledger.expire();
  };
  return { ledger, entries, begin, end, outcome, expire };
}

describe("the turns of a session", () => {
  test("of several calls at once the one that began first decides, however late it ends", () => {
    const { begin, end, outcome } = drawn(1);
    const [first, second, third] = [begin(), begin(), begin()];
    end(third);
    end(second);
    expect(outcome()).toBeNull();
    end(first, "timeout", 60);
    expect(outcome()).toMatchObject({ failure: "timeout", latencyMs: 60, costPico: 1 });
  });

  test("a failure of any call that counts ends the session at once, one of a later call does not", () => {
    const { begin, end, outcome } = drawn(2);
    const [, second, third] = [begin(), begin(), begin()];
    end(third, "provider");
    expect(outcome()).toBeNull();
    end(second, "timeout");
    expect(outcome()).toMatchObject({ failure: "timeout" });
  });

  test("a first call that does not end within the window is a failure, whatever came beside it", () => {
    const { begin, end, outcome, expire } = drawn(2);
    begin();
    end(begin());
    expire();
    expect(outcome()).toMatchObject({ failure: "lost" });
  });

  test("a session whose first call has ended keeps what it has shown when its window is over", () => {
    const { begin, end, outcome, expire } = drawn(3);
    end(begin(), null, 5);
    begin();
    end(begin(), null, 7);
    expire();
    expect(outcome()).toMatchObject({ failure: null, latencyMs: 6 });
  });

  test("a call without a turn leaves its place to the next one that began", () => {
    const { ledger, begin, end, outcome } = drawn(2);
    const [first, refused, third] = [begin(), begin(), begin()];
    end(first);
    end(third, "provider");
    ledger.turnDropped(UNIT.session, refused);
    expect(outcome()).toMatchObject({ failure: "provider" });
  });

  test("one whose first call we refused while others answered goes on with those", () => {
    const { ledger, begin, end, outcome } = drawn(1);
    const refused = begin();
    end(begin());
    ledger.leftOut(UNIT.session);
    ledger.turnDropped(UNIT.session, refused);
    expect(outcome()).toMatchObject({ failure: null });
  });

  test("a stop in good order leaves out a session whose first call has not ended", () => {
    const { ledger, entries, begin, end } = drawn(2);
    begin();
    end(begin());
    ledger.close();
    expect(entries.map(({ type }) => type)).toEqual(["assigned", "left_out"]);
  });

  test("any number of calls may begin in a session; only some are remembered", () => {
    const { begin, end, outcome } = drawn(1);
    const numbers = Array.from({ length: 1_000 }, begin);
    expect(numbers.filter((number) => number > 0).length).toBeLessThan(20);
    for (const number of numbers.slice(1)) end(number, "provider");
    expect(outcome()).toBeNull();
    end(numbers[0] ?? 0);
    expect(outcome()).toMatchObject({ failure: null });
  });
});

test("without failures the outcome of a session is the same in whatever order its calls end", () => {
  const order = fc.integer({ min: 1, max: 5 }).chain((calls) => {
    const all = Array.from({ length: calls }, (_, index) => index);
    return fc.shuffledSubarray(all, { minLength: calls });
  });
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 5 }), (ends, turns) => {
      const { begin, end, outcome, expire } = drawn(turns);
      const numbers = ends.map(begin);
      for (const index of ends) end(numbers[index] ?? 0, null, 10 ** index);
      expire();
      const counted = ends.map((_, index) => 10 ** index).slice(0, turns);
      const latencyMs = counted.reduce((sum, ms) => sum + ms, 0) / counted.length;
      expect(outcome()).toMatchObject({ failure: null, latencyMs, costPico: counted.length });
    }),
  );
});
