import { describe, expect, test } from "vitest";
import { openAlertWorld } from "../../../test/fixtures/alert-world.ts";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import { ulid } from "../../kit/ulid.ts";
import { createFirstSign } from "./first-sign.ts";

const MINUTE = 60_000;

const RULES = `alerts:
  defaults: false
  rules:
    slow: { latency_above: 2s, within: 10m, severity: critical, endpoints: [bot] }
    bad: { errors_above: 20%, within: 5m, count: 3, severity: critical, endpoints: [bot] }
    dear: { unusual: cost, within: 1h, endpoints: [bot] }
`;

function world() {
  const stores = openMemoryStores();
  const opened = openAlertWorld(RULES, { stores });
  const firstSign = createFirstSign({ series: stores.series, calls: { list: async () => [] } });
  const start = opened.clock.now();
  const rule = (name: string): AlertRule => {
    const found = opened.settings.rules.find((one) => one.name === name);
    if (found === undefined) throw new Error(`No rule ${name}.`);
    return found;
  };
  const signOf = async (name: string): Promise<number | null> => {
    const at = await firstSign(rule(name), { environment: "production", endpoint: "bot" }, opened.clock.now());
    return at === null ? null : (at - start) / MINUTE;
  };
  /** A minute for each latency. */
  const live = async (...minutes: readonly (readonly [latencyMs: number, faults?: number])[]): Promise<void> => {
    for (const [latencyMs, faults = 0] of minutes) {
      await opened.count({ calls: 20, faults, latencyMs });
      opened.clock.advance(MINUTE);
    }
  };
  return { stores, opened, signOf, live, rule };
}

describe("the first sign of a trouble", () => {
  test("is the first minute beyond a threshold of those just before, whatever was long ago", async () => {
    const { opened, signOf, live } = world();
    await live([5_000], [100], [100], [100], [100], [100], [100], [5_000], [100], [5_000]);
    expect(await signOf("slow")).toBe(7);
    await opened.close();
  });

  test("is for errors the first bad minute, and nothing where it is compared with other days", async () => {
    const { opened, signOf, live } = world();
    await live([100], [100], [100], [100], [100, 15], [100, 15]);
    expect(await signOf("bad")).toBe(4);
    expect(await signOf("dear")).toBeNull();
    await opened.close();
  });

  test("waits a moment for the records of calls that were counted already, and not for ever", async () => {
    const { stores, opened, live, rule } = world();
    const { clock } = opened;
    await live([100], [100], [100], [100], [100, 15]);
    const failedAt = clock.now() - 40_000;
    const failed = Array.from({ length: 15 }, (_, index) =>
      callFacts({
        id: `call_${ulid(failedAt + index, new Uint8Array(10))}`,
        at: failedAt + index,
        endpoint: "bot",
        outcome: "failed",
        errorCode: "provider_error",
      }),
    );
    let pauses = 0;
    const askedWhen = (recordedAfter: number) => {
      const firstSign = createFirstSign({
        series: stores.series,
        calls: { list: async () => (pauses >= recordedAfter ? failed.toReversed() : []) },
        pause: async () => void (pauses += 1),
      });
      return (at = clock.now()) => firstSign(rule("bad"), { environment: "production", endpoint: "bot" }, at);
    };
    expect(await askedWhen(2)()).toBe(failedAt);
    expect(pauses).toBe(2);
    pauses = 0;
    const ask = askedWhen(99);
    expect(await ask()).toBe(clock.now() - MINUTE);
    expect(pauses).toBe(4);
    // Of the same look every rule has the calls that the first one waited for.
    expect(await ask()).toBe(clock.now() - MINUTE);
    expect(pauses).toBe(4);
    await ask(clock.now() + 1_000);
    expect(pauses).toBe(8);
    await opened.close();
  });

  test("is where an alert begins that a rule sees only minutes later", async () => {
    const { opened } = world();
    const { alerts, clock, watch } = opened;
    const begun = clock.now();
    await opened.count({ calls: 100, faults: 1 });
    await watch.turn();
    clock.advance(MINUTE);
    await opened.count({ calls: 100, faults: 30 });
    clock.advance(MINUTE);
    await opened.count({ calls: 100, faults: 60 });
    clock.advance(15_000);
    await watch.turn();
    const [alert] = await alerts.firing("production");
    expect(alert).toMatchObject({ rule: "bad", startedAt: begun + MINUTE });
    expect(alert?.since).toBe(clock.now());
    await opened.close();
  });
});
