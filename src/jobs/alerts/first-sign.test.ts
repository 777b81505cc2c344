import { describe, expect, test } from "vitest";
import { openAlertWorld } from "../../../test/fixtures/alert-world.ts";
import { openMemoryStores } from "../../adapters/stores/memory/open-memory-stores.ts";
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
  const signOf = async (name: string): Promise<number | null> => {
    const rule = opened.settings.rules.find((one) => one.name === name);
    if (rule === undefined) throw new Error(`No rule ${name}.`);
    const at = await firstSign(rule, { environment: "production", endpoint: "bot" }, opened.clock.now());
    return at === null ? null : (at - start) / MINUTE;
  };
  /** A minute for each latency. */
  const live = async (...minutes: readonly (readonly [latencyMs: number, faults?: number])[]): Promise<void> => {
    for (const [latencyMs, faults = 0] of minutes) {
      await opened.count({ calls: 20, faults, latencyMs });
      opened.clock.advance(MINUTE);
    }
  };
  return { opened, signOf, live };
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
