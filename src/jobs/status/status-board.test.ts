import { describe, expect, test } from "vitest";
import { endpointNow, nowFacts } from "../../../test/fixtures/now-samples.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { OverBudget } from "../../domain/now/over-budget.ts";
import type { StatusPageSettings } from "../../domain/status/status-page.ts";
import type { NowView } from "../now/now-desk.ts";
import { StatusBoard } from "./status-board.ts";

const SETTINGS: StatusPageSettings = {
  title: "Acme AI",
  url: null,
  components: [{ key: "chat", name: "Chat", description: null, endpoints: ["support-bot"] }],
  maintenances: [],
  historyDays: 14,
};

type Standing = "well" | "failing";

function world() {
  const clock = new HandClock();
  const state: {
    standing: Standing;
    overBudget: OverBudget;
    isAway: boolean;
    settings: StatusPageSettings | null;
    hangs: boolean;
  } = {
    standing: "well",
    overBudget: { calls: 0, since: null },
    isAway: false,
    settings: SETTINGS,
    hangs: false,
  };
  let looks = 0;
  const board = new StatusBoard({
    now: {
      view: async () => {
        looks += 1;
        const errors = { standing: state.standing, since: null, peak: null, share: null, calls: 0 };
        const facts = nowFacts({ endpoints: [endpointNow({ errors, overBudget: state.overBudget })] });
        return { facts } as unknown as NowView;
      },
    },
    incidents: {
      list: () => {
        if (state.hangs) return new Promise(() => {});
        return state.isAway ? Promise.reject(new Error("away")) : Promise.resolve([]);
      },
    },
    settings: () => state.settings,
    environment: () => "production",
    clock,
  });
  const shown = async () => {
    const status = await board.status();
    return status === null ? null : [status.components[0]?.status, status.isStale];
  };
  return { clock, state, board, shown, looks: () => looks };
}

describe("what the public is told", () => {
  test("is nothing without a page", async () => {
    const { state, shown } = world();
    state.settings = null;
    expect(await shown()).toBeNull();
  });

  test("is looked up once in ten seconds, however many ask", async () => {
    const { clock, state, shown, looks } = world();
    await Promise.all(Array.from({ length: 1_000 }, shown));
    state.standing = "failing";
    clock.advance(9_999);
    expect(await shown()).toEqual(["operational", false]);
    expect(looks()).toBe(1);
    clock.advance(1);
    expect(await shown()).toEqual(["major_outage", false]);
    expect(looks()).toBe(2);
  });

  test("is an outage where a budget of all callers refuses half of the calls, and none where a tenant has spent its own", async () => {
    const { clock, state, shown } = world();
    state.overBudget = { calls: 1_000, since: null };
    expect(await shown()).toEqual(["operational", false]);
    state.overBudget = { calls: 1_000, since: null, shared: { calls: 1_000, share: 0.5, budgets: [] } };
    clock.advance(10_000);
    expect(await shown()).toEqual(["major_outage", false]);
  });

  test("is what was known last while the database is away, and says so", async () => {
    const { clock, state, shown } = world();
    state.standing = "failing";
    await shown();
    state.isAway = true;
    clock.advance(10_000);
    expect(await shown()).toEqual(["major_outage", true]);
    state.isAway = false;
    state.standing = "well";
    clock.advance(10_000);
    expect(await shown()).toEqual(["operational", false]);
  });

  test("keeps nobody waiting for a database that hangs", async () => {
    const { clock, state, shown } = world();
    await shown();
    state.hangs = true;
    clock.advance(10_000);
    const asked = shown();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    expect(await asked).toEqual(["operational", true]);
  });
});
