import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { LiveHub } from "./live-hub.ts";
import { NewCalls, tellCalls } from "./tell-calls.ts";

const MARKS = { rollouts: "1", routes: "1", alerts: "1", incidents: "1", changes: "1" };
const announcer = { troubled: () => {}, recovered: () => {} };

test("whoever begins to follow hears of the very next call, and of none from before", async () => {
  const clock = new HandClock();
  const recorded = ["call_1"];
  const tail = () => {
    let known: number | null = null;
    return {
      async next() {
        const calls = recorded.slice(known ?? recorded.length).map((id) => ({ id }) as CallFacts);
        known = recorded.length;
        return { calls, skippedPacks: 0 };
      },
    };
  };
  const live = new LiveHub({ marks: { read: async () => MARKS }, clock, announcer });
  const stop = tellCalls({ live, index: { tail }, clock, announcer });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const heard: string[] = [];
  await pass(1_500);
  live.follow(
    {
      topics: new Set(["calls"]),
      environment: null,
      tell: ({ data }) => void (data instanceof NewCalls && heard.push(...data.calls.map(({ id }) => id))),
    },
    null,
  );
  recorded.push("call_2");
  await pass(0);
  await pass(1_000);
  expect(heard).toEqual(["call_2"]);
  recorded.push("call_3");
  await pass(1_000);
  expect(heard).toEqual(["call_2", "call_3"]);
  stop();
});
