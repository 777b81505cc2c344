import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { CallSearch } from "../../domain/call/call-search.ts";
import { REPAIRED } from "../../domain/call/search-words.ts";
import type { FoundCall } from "../../ports/call-index.ts";
import { LiveHub } from "./live-hub.ts";
import { callsFor, NewCalls, tellCalls } from "./tell-calls.ts";

const MARKS = { rollouts: "1", routes: "1", alerts: "1", incidents: "1", changes: "1" };
const announcer = { troubled: () => {}, recovered: () => {} };

test("whoever begins to follow hears of the very next call, and of none from before", async () => {
  const clock = new HandClock();
  const recorded = ["call_1"];
  const tail = () => {
    let known: number | null = null;
    return {
      async next() {
        const calls = recorded.slice(known ?? recorded.length).map((id) => ({ facts: { id } }) as FoundCall);
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
      tell: ({ data }) => void (data instanceof NewCalls && heard.push(...data.calls.map(({ facts }) => facts.id))),
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

test("tells who follows repaired calls of those alone, and who leaves them out of all others, with what was said", () => {
  const [attempt] = callFacts({}).attempts;
  if (attempt === undefined) throw new Error("A call has an attempt.");
  const failed = {
    ...attempt,
    end: "failed" as const,
    error: { code: "provider_error", message: "It broke." } as const,
  };
  const repaired = callFacts({ attempts: [failed, attempt] });
  const plain = callFacts({});
  const gist = { asked: "Where is it?", answered: "Here." };
  const data = new NewCalls(
    [repaired, plain].map((facts) => ({ facts, gist, waits: false })),
    0,
  );
  const told = (search: CallSearch): unknown => callsFor({ topic: "calls", data }, search)?.data;
  expect(told({ words: [REPAIRED] })).toMatchObject({ calls: [{ id: repaired.id, gist, gist_waits: false }] });
  expect(told({ without: [REPAIRED] })).toMatchObject({ calls: [{ id: plain.id }] });
  expect(told({})).toMatchObject({ calls: [{ id: repaired.id }, { id: plain.id }] });
});
