import { describe, expect, test } from "vitest";
import type { ChangeMarks, Marks } from "../../ports/change-marks.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LiveHub } from "./live-hub.ts";
import type { LiveTopic } from "./live-hub.ts";

const MARKS: Marks = { rollouts: "1", routes: "1", alerts: "1", incidents: "1", changes: "1" };

/** A database whose marks a test moves, and a hub that looks at it. */
function openHub() {
  const clock = new HandClock();
  const state: { marks: Marks; fails: boolean; reads: number } = { marks: MARKS, fails: false, reads: 0 };
  const said: string[] = [];
  const marks: ChangeMarks = {
    async read() {
      state.reads += 1;
      if (state.fails) throw new Error("away");
      return state.marks;
    },
  };
  const announcer = {
    troubled: (what: string) => void said.push(`troubled ${what}`),
    recovered: (what: string) => void said.push(`recovered ${what}`),
  };
  const hub = new LiveHub({ marks, clock, announcer });
  const heard: string[] = [];
  const follow = (topics: readonly LiveTopic[], lastId: string | null = null, environment: string | null = null) =>
    hub.follow(
      { topics: new Set(topics), environment, tell: ({ topic }, id) => void heard.push(`${topic} ${id}`) },
      lastId,
    );
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { hub, state, said, heard, follow, pass };
}

describe("the hub of live news", () => {
  test("tells a topic when its mark has changed, whoever changed it, to those who follow it", async () => {
    const { state, heard, follow, pass } = openHub();
    follow(["alerts"]);
    await pass(0);
    state.marks = { ...MARKS, rollouts: "2", alerts: "2" };
    await pass(1_000);
    expect(heard).toEqual(["alerts 2,1,2,1,1"]);
    await pass(1_000);
    expect(heard).toHaveLength(1);
  });

  test("says that something has changed before it tells of it, so that what is then read is new", async () => {
    const { hub, state, heard, follow, pass } = openHub();
    hub.onChange(() => void heard.push("changed"));
    follow(["alerts"]);
    await pass(0);
    await pass(1_000);
    expect(heard).toEqual([]);
    state.marks = { ...MARKS, rollouts: "2", alerts: "2" };
    await pass(1_000);
    expect(heard).toEqual(["changed", "alerts 2,1,2,1,1"]);
  });

  test("looks at nothing while nobody follows, and begins anew with the next one", async () => {
    const { state, heard, follow, pass } = openHub();
    await pass(5_000);
    expect(state.reads).toBe(0);
    const leave = follow(["rollouts"]);
    await pass(0);
    leave();
    await pass(1_000);
    const reads = state.reads;
    await pass(10_000);
    expect(state.reads).toBe(reads);
    state.marks = { ...MARKS, rollouts: "2" };
    follow(["rollouts"]);
    await pass(0);
    state.marks = { ...MARKS, rollouts: "3" };
    await pass(1_000);
    expect(heard).toEqual(["rollouts 3,1,1,1,1"]);
  });

  test("a browser that comes back is told what changed while it was away", async () => {
    const { state, heard, follow, pass } = openHub();
    state.marks = { ...MARKS, incidents: "7" };
    follow(["rollouts", "incidents"], "1,1,1,1,1");
    await pass(0);
    expect(heard).toEqual(["incidents 1,1,1,7,1"]);
    follow(["rollouts"], "no id of ours");
    await pass(0);
    expect(heard.at(-1)).toBe("rollouts 1,1,1,7,1");
  });

  test("says once that the database is away, and once that it is back", async () => {
    const { state, said, heard, follow, pass } = openHub();
    follow(["rollouts"]);
    await pass(0);
    state.fails = true;
    for (let second = 0; second < 3; second += 1) await pass(1_000);
    state.fails = false;
    state.marks = { ...MARKS, rollouts: "2" };
    await pass(1_000);
    expect(said.map((each) => each.split(" ")[0])).toEqual(["troubled", "recovered"]);
    expect(heard).toEqual(["rollouts 2,1,1,1,1"]);
  });

  test("what happened in one environment is not told to whoever may see another one only", async () => {
    const { hub, heard, follow } = openHub();
    follow(["calls"], null, "staging");
    expect([hub.listeners("calls"), hub.listeners("rollouts")]).toEqual([1, 0]);
    hub.publish({ topic: "calls", data: 1 }, "production");
    expect(heard).toEqual([]);
    hub.publish({ topic: "calls", data: 2 }, "staging");
    expect(heard).toEqual(["calls "]);
  });
});
