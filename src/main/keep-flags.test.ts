import { expect, test } from "vitest";
import { flagOf } from "../../test/fixtures/flag-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryFlagSwitches } from "../adapters/flags/memory-flag-switches.ts";
import { createMemoryFlagStore } from "../adapters/stores/memory/memory-flag-store.ts";
import { FlagDesk } from "../gateway/flags/flag-desk.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { FlagStore } from "../ports/flag-store.ts";
import { FlagKeeper } from "./keep-flags.ts";

/** One environment with one flag, over a store in memory that can be away. */
async function stage() {
  const clock = new HandClock();
  const store = createMemoryFlagStore();
  const heard: string[] = [];
  const away = { isAway: false };
  const unlessAway = async <T>(answer: () => Promise<T>): Promise<T> => {
    if (away.isAway) throw new Error("away");
    return answer();
  };
  const shaky: FlagStore = {
    ...store,
    kills: (filter) => unlessAway(() => store.kills(filter)),
    add: (environment, counts) => unlessAway(() => store.add(environment, counts)),
  };
  const switches = createMemoryFlagSwitches();
  const set = { flags: new Map([["it", flagOf("it")]]), segments: new Map() };
  const flags = new FlagDesk({ clock, switches, settings: () => ({ environment: "production", flags: set }) });
  const keeper = new FlagKeeper({
    store: shaky,
    switches,
    environments: { all: () => [{ flags } as unknown as Gateway] },
    clock,
    announcer: {
      decided() {},
      troubled: (what) => void heard.push(`troubled ${what}`),
      recovered: (what) => void heard.push(`recovered ${what}`),
    },
  });
  await keeper.define("production", set);
  const ask = (): string | undefined => {
    const evaluation = flags.open({}).evaluate("it");
    if (evaluation !== null) flags.note(evaluation);
    return evaluation?.reason;
  };
  /** More time than it takes until counts are written. */
  const pass = async (): Promise<void> => {
    clock.advance(10_000);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  const written = async (): Promise<number> => {
    const [record] = await store.records("production");
    return (record?.counts ?? []).reduce((sum, { evaluations }) => sum + evaluations, 0);
  };
  return { clock, store, keeper, heard, away, ask, pass, written };
}

const KILL = { id: "flk_1", environment: "production", flag: "it", reason: "x", by: "Ada", at: 1, restored: null };

test("evaluations go on without the store; their counts wait for it, and that is said once", async () => {
  const { keeper, heard, away, ask, pass, written } = await stage();
  keeper.start();
  away.isAway = true;
  for (let round = 0; round < 3; round += 1) {
    expect(ask()).toBe("STATIC");
    await pass();
  }
  expect(await written()).toBe(0);
  away.isAway = false;
  ask();
  await pass();
  expect(await written()).toBe(4);
  const what = "writing how often flags were evaluated";
  expect(heard).toEqual([`troubled ${what}`, `recovered ${what}`]);
  ask();
  await keeper.stop();
  expect(await written()).toBe(5);
});

test("a kill switch in force stays in force while the store is away", async () => {
  const { store, keeper, away, ask } = await stage();
  await store.kill(KILL);
  expect(ask()).toBe("STATIC");
  await keeper.loadKills();
  expect(ask()).toBe("DISABLED");
  await store.restore(KILL, { at: 2, by: "Ada", reason: "x" });
  away.isAway = true;
  await expect(keeper.loadKills()).rejects.toThrow("away");
  expect(ask()).toBe("DISABLED");
  away.isAway = false;
  await keeper.loadKills();
  expect(ask()).toBe("STATIC");
});
