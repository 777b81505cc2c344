import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryChangeStore } from "../../adapters/stores/memory/memory-change-store.ts";
import { ServedBook } from "../../domain/changes/served-book.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import type { ChangeStore } from "../../ports/change-store.ts";
import { ProviderWatch } from "./provider-watch.ts";

const TARGET = { provider: "openai", model: "gpt-5" };

function world(changes: ChangeStore = createMemoryChangeStore(100)) {
  const clock = new HandClock();
  const health = new HealthBoard();
  const served = new ServedBook();
  const owner = {};
  const watch = new ProviderWatch({
    changes,
    boards: () => [{ environment: "production", health }],
    served,
    clock,
    announcer: { decided() {}, troubled() {}, recovered() {} },
  });
  const fail = (): void => {
    for (let times = 0; times < 2; times += 1) health.of(TARGET, owner).circuit.failed(clock.elapsed(), "pass", 0);
  };
  const recover = (): void => health.of(TARGET, owner).circuit.begun();
  const answer = (model: string, fingerprint?: string): void =>
    served.note({
      environment: "production",
      at: clock.now(),
      attempts: [{ ...TARGET, answered: { model, ...(fingerprint !== undefined && { fingerprint }) } }],
    } as unknown as CallFacts);
  const lines = async () =>
    (await changes.list({ environment: "production", limit: 100 }))
      .map(({ line, weight }) => [weight, line])
      .toReversed();
  return { clock, watch, fail, recover, answer, lines, changes };
}

describe("what providers do to us", () => {
  test("is noted when a breaker opens and closes, once each, with since when it is away", async () => {
    const { watch, fail, recover, lines, clock } = world();
    fail();
    await watch.look();
    const since = clock.now();
    clock.advance(5_000);
    await watch.look();
    expect(watch.away("production")).toEqual(new Map([["openai/gpt-5", since]]));
    recover();
    await watch.look();
    expect(watch.away("production").size).toBe(0);
    expect(await lines()).toEqual([
      ["warning", "openai/gpt-5 keeps failing: it is asked only now and then (breaker open)"],
      ["ok", "openai/gpt-5 answers again (breaker closed)"],
    ]);
  });

  test("lasts since its first failure where a breaker opens again soon, and anew where that is long ago", async () => {
    const { watch, fail, recover, clock } = world();
    const turn = async (act: () => void, later: number): Promise<number | undefined> => {
      clock.advance(later);
      act();
      await watch.look();
      return watch.away("production").get("openai/gpt-5");
    };
    const since = await turn(fail, 0);
    expect(await turn(recover, 9_000)).toBeUndefined();
    expect(await turn(fail, 20_000)).toBe(since);
    expect(await turn(recover, 9_000)).toBeUndefined();
    expect(await turn(fail, 6 * 60_000)).toBe(clock.now());
  });

  test("is one change where several replicas see it", async () => {
    const changes = createMemoryChangeStore(100);
    const [one, other] = [world(changes), world(changes)];
    for (const { fail, watch } of [one, other]) {
      fail();
      await watch.look();
    }
    expect(await one.lines()).toHaveLength(1);
  });

  test("is noted when a model answers as something else, and not again what was seen before", async () => {
    const { watch, answer, lines, clock } = world();
    for (const [model, mark] of [
      ["gpt-5-2026-08-07", "fp_1"],
      ["gpt-5-2026-08-07", "fp_1"],
      ["gpt-5-2026-08-07", "fp_2"],
      ["gpt-5-2026-08-07", "fp_1"],
      ["gpt-5-mini", "fp_2"],
    ] as const) {
      answer(model, mark);
      clock.advance(1_000);
      await watch.look();
    }
    expect(await lines()).toEqual([
      ["ok", "openai/gpt-5 answers as gpt-5-2026-08-07 (fp_1)"],
      [
        "info",
        "openai/gpt-5 has changed at the provider: before as gpt-5-2026-08-07 (fp_1), now it answers as gpt-5-2026-08-07 (fp_2)",
      ],
      [
        "warning",
        "openai/gpt-5 has changed at the provider: before as gpt-5-2026-08-07 (fp_2), now it answers as gpt-5-mini (fp_2)",
      ],
    ]);
  });

  test("is no news after a restart", async () => {
    const changes = createMemoryChangeStore(100);
    for (let start = 0; start < 2; start += 1) {
      const { watch, answer, clock } = world(changes);
      clock.advance(start * 60_000);
      answer("gpt-5-2026-08-07", "fp_1");
      await watch.look();
    }
    expect(await changes.list({ limit: 10 })).toHaveLength(1);
  });

  test("waits while the database is away, and is written in order afterwards", async () => {
    const kept = createMemoryChangeStore(100);
    let isAway = true;
    const { watch, fail, recover, lines, clock } = world({
      ...kept,
      note: async (change) => {
        if (isAway) throw new Error("away");
        return kept.note(change);
      },
    });
    fail();
    await watch.look();
    clock.advance(2_000);
    recover();
    await watch.look();
    expect(await lines()).toEqual([]);
    isAway = false;
    await watch.look();
    expect((await lines()).map(([weight]) => weight)).toEqual(["warning", "ok"]);
  });
});
