import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Circuit, DEFAULT_BREAKER } from "./circuit.ts";
import type { Admission } from "./circuit.ts";

/** The shortest time between two probes, which a draw of 0 gives. */
const EVERY = 0.85 * DEFAULT_BREAKER.probeEveryMs;

/** A circuit that two failures have opened at time 0. */
function opened(): Circuit {
  const circuit = new Circuit(DEFAULT_BREAKER);
  circuit.failed(0, "pass", 0);
  circuit.failed(0, "pass", 0);
  return circuit;
}

describe("a circuit", () => {
  test("opens after two failures in a row and not after one", () => {
    const circuit = new Circuit(DEFAULT_BREAKER);
    circuit.failed(0, "pass", 0);
    expect(circuit.state).toBe("closed");
    circuit.failed(1, "pass", 0);
    expect(circuit.state).toBe("open");
    expect(circuit.admit(2, false, 0)).toBe("refused");
  });

  test("stays closed for a busy target with a few errors, also with two in a row", () => {
    const circuit = new Circuit(DEFAULT_BREAKER);
    for (let now = 0; now < 100; now += 1) circuit.succeeded(now, "pass");
    circuit.failed(100, "pass", 0);
    circuit.failed(101, "pass", 0);
    expect(circuit.state).toBe("closed");
  });

  test("lets one probe through an interval, and is half-open meanwhile", () => {
    const circuit = opened();
    expect(circuit.admit(EVERY - 1, false, 0)).toBe("refused");
    expect(circuit.admit(EVERY, false, 0)).toBe("probe");
    expect(circuit.state).toBe("half-open");
    expect(circuit.admit(EVERY, false, 0)).toBe("refused");
    circuit.failed(EVERY + 10, "probe", 0);
    expect(circuit.state).toBe("open");
    expect(circuit.admit(2 * EVERY - 1, false, 0)).toBe("refused");
    expect(circuit.admit(2 * EVERY, false, 0)).toBe("probe");
  });

  test("closes when a probe begins to answer", () => {
    const circuit = opened();
    const admission = circuit.admit(EVERY, false, 0);
    circuit.begun();
    expect(circuit.state).toBe("closed");
    expect(circuit.admit(EVERY, false, 0)).toBe("pass");
    circuit.succeeded(EVERY + 1, admission);
    expect(circuit.state).toBe("closed");
  });

  test("is asked freely when nobody else can answer, and after ten failures in a row once a second", () => {
    const circuit = opened();
    for (let count = 2; count < 10; count += 1) {
      expect(circuit.admit(count, true, 0)).toBe("probe");
      circuit.failed(count, "probe", 0);
    }
    expect(circuit.admit(999, true, 0)).toBe("refused");
    expect(circuit.admit(1_009, true, 0)).toBe("probe");
    expect(circuit.admit(2_008, true, 0)).toBe("refused");
    expect(circuit.admit(2_009, true, 0)).toBe("probe");
  });

  test("is due once its pause is over and nobody has called, not while it is tried or closed", () => {
    const circuit = opened();
    expect(circuit.isDue(EVERY - 1)).toBe(false);
    expect(circuit.isDue(EVERY)).toBe(true);
    const admission = circuit.admit(EVERY, false, 0);
    expect(circuit.isDue(EVERY)).toBe(false);
    circuit.succeeded(EVERY, admission);
    expect(circuit.isDue(10 * EVERY)).toBe(false);
  });

  test("a probe that ends without a word leaves it open", () => {
    const circuit = opened();
    circuit.withdrawn(circuit.admit(EVERY, false, 0));
    expect(circuit.state).toBe("open");
  });

  test("knows since when it is open, through every probe that fails, until one begins to answer", () => {
    const circuit = new Circuit(DEFAULT_BREAKER);
    expect(circuit.openedAt).toBeNull();
    circuit.failed(5, "pass", 0);
    circuit.failed(7, "pass", 0);
    expect(circuit.openedAt).toBe(7);
    circuit.failed(EVERY + 7, circuit.admit(EVERY + 7, false, 0), 0);
    expect(circuit.openedAt).toBe(7);
    circuit.begun();
    expect(circuit.openedAt).toBeNull();
    expect([circuit.isOff, new Circuit(null).isOff]).toEqual([false, true]);
  });

  test("never opens when it is off", () => {
    const circuit = new Circuit(null);
    for (let now = 0; now < 50; now += 1) circuit.failed(now, "pass", 0);
    expect(circuit.state).toBe("closed");
  });

  test("streams that break in the middle open it, though each of them began", () => {
    const circuit = new Circuit(DEFAULT_BREAKER);
    for (let now = 0; now < 2; now += 1) {
      circuit.begun();
      circuit.failed(now, "pass", 0);
    }
    expect(circuit.state).toBe("open");
  });

  test("a minute's outage with a call every four seconds costs at most five attempts and ends within 16 s", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const lateness = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(fc.infiniteStream(random), fc.infiniteStream(lateness), (stream, delays) => {
        const circuit = new Circuit(DEFAULT_BREAKER);
        const draw = (): number => stream.next().value ?? 0;
        let attempts = 0;
        let backAt: number | null = null;
        for (let sentAt = 0; sentAt <= 76_000; sentAt += 4_000) {
          const now = sentAt + (delays.next().value ?? 0);
          // A call tries three times unless the breaker stops it.
          for (let attempt = 0; attempt < 3; attempt += 1) {
            const admission = circuit.admit(now, false, draw());
            if (admission === "refused") break;
            if (now < 60_000) attempts += 1;
            else backAt ??= now;
            if (now < 60_000) circuit.failed(now, admission, draw());
            else circuit.succeeded(now, admission);
          }
        }
        expect(attempts).toBeLessThanOrEqual(5);
        expect(backAt).not.toBeNull();
        expect(backAt ?? 0).toBeLessThanOrEqual(76_500);
      }),
    );
  });

  test("at most one probe passes in an interval, whatever happens", () => {
    const event = fc.record({
      afterMs: fc.integer({ min: 0, max: 20_000 }),
      what: fc.constantFrom("admit", "fail", "withdraw"),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const circuit = opened();
        const underWay: Admission[] = [];
        const probes: number[] = [];
        let now = 0;
        for (const { afterMs, what } of events) {
          now += afterMs;
          const admission = what === "admit" ? circuit.admit(now, false, 0) : (underWay.pop() ?? null);
          if (what === "admit" && admission === "probe") probes.push(now);
          if (what === "admit" && admission !== null && admission !== "refused") underWay.push(admission);
          if (what === "fail" && admission !== null) circuit.failed(now, admission, 0);
          if (what === "withdraw" && admission !== null) circuit.withdrawn(admission);
        }
        for (const [index, at] of probes.entries())
          if (index > 0) expect(at - (probes[index - 1] ?? 0)).toBeGreaterThanOrEqual(EVERY);
      }),
    );
  });
});
