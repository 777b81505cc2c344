import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { openedRollout, PLAN } from "../../../test/fixtures/rollout-samples.ts";
import { createMemoryShadowStore } from "../../adapters/stores/memory/memory-shadow-store.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { ShadowStore } from "../../ports/shadow-store.ts";
import { ShadowDesk } from "./shadow-desk.ts";

const STAGE = {
  sample: 1,
  minDurationMs: 0,
  minPairs: 1,
  deadlineMs: 60_000,
  budgetPico: null,
  tools: "stub",
} as const;
const SHADOWING: Rollout = { ...openedRollout({ ...PLAN, shadow: STAGE }), startedAt: 1, phase: "shadowing" };

/** A desk over the rollouts that it is told of, with counts of what it asks the store. */
function deskOver(open: Rollout[]) {
  const asked = { rollouts: 0, pairs: 0 };
  const kept = createMemoryShadowStore(1_000);
  const store: ShadowStore = {
    ...kept,
    readAfter: (...terms) => {
      asked.pairs += 1;
      return kept.readAfter(...terms);
    },
  };
  const desk = new ShadowDesk({
    environments: () => {
      throw new Error("No call is offered here.");
    },
    rollouts: {
      list: async () => {
        asked.rollouts += 1;
        return open;
      },
    },
    store,
    clock: new HandClock(),
    announcer: { decided: () => {}, troubled: (_, error) => expect.unreachable(String(error)), recovered: () => {} },
    replicaId: "rep_1",
    servers: () => 1,
    judge: { ask: async () => ({ trouble: "nobody is asked here" }) },
  });
  const look = async (times: number): Promise<typeof asked> => {
    for (let done = 0; done < times; done += 1) await desk.look();
    return asked;
  };
  return { desk, look, open };
}

describe("the desk of copies", () => {
  test("says nothing of a stage before it has read what was found so far", async () => {
    const { desk, look } = deskOver([SHADOWING]);
    expect(desk.reading(SHADOWING.id)).toBeNull();
    await look(1);
    expect(desk.reading(SHADOWING.id)).toMatchObject({ pairs: 0 });
  });

  test("looks four times as often while copies are made as without them", async () => {
    const { look, open } = deskOver([]);
    expect(await look(8)).toEqual({ rollouts: 2, pairs: 0 });
    open.push(SHADOWING);
    expect(await look(8)).toEqual({ rollouts: 10, pairs: 8 });
    open[0] = { ...SHADOWING, phase: "ramping" };
    expect(await look(9)).toEqual({ rollouts: 13, pairs: 11 });
  });

  test("forgets a stage with its rollout", async () => {
    const { desk, look, open } = deskOver([SHADOWING]);
    await look(1);
    open.pop();
    await look(4);
    expect(desk.reading(SHADOWING.id)).toBeNull();
  });
});
