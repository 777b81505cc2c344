import * as fc from "fast-check";
import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { refusedBy } from "../limits/refused-by.ts";
import type { RefusedBy } from "../limits/refused-by.ts";
import { OTHER } from "./series-cell.ts";
import type { SeriesCell } from "./series-cell.ts";
import { SeriesBook } from "./series-book.ts";
import { addTally, openTally } from "./tally.ts";
import type { OpenTally } from "./tally.ts";

const MINUTE = 60_000;
const ALL = Number.MAX_SAFE_INTEGER;

const sumOf = (cells: readonly SeriesCell[]): OpenTally => {
  const sum = openTally();
  for (const { tally } of cells) addTally(sum, tally);
  return sum;
};

const startsOf = (cells: readonly SeriesCell[]): readonly number[] => cells.map(({ start }) => start);

test("a call counts in the minute in which it ends, with what it used and cost", () => {
  const book = new SeriesBook();
  book.note(callFacts({ at: MINUTE - 10, totalMs: 20, firstTokenMs: 8, stream: true, costPico: 5n }));
  const [cell] = book.take(ALL);
  expect(cell).toMatchObject({
    start: MINUTE,
    members: {
      environment: "production",
      endpoint: "bot",
      release: "bot@1",
      arm: "stable",
      tier: "primary",
      model: "sim/a",
    },
    tally: { calls: 1, failed: 0, attempts: 1, streams: 1, costPico: 5n, tokens: { input: 10, output: 3 } },
  });
  expect(cell?.tally.latency.sumMicros).toBe(20_000);
  expect(cell?.tally.firstToken.sumMicros).toBe(8_000);
  expect(book.take(ALL)).toEqual([]);
});

test("an attempt at another model counts with that model, and what was asked beside the answer with the one that answered", () => {
  const book = new SeriesBook();
  const [attempt] = callFacts({}).attempts;
  if (attempt === undefined) throw new Error("A call has an attempt.");
  const failed = {
    ...attempt,
    model: "b",
    end: "failed",
    costPico: 2n,
    error: { code: "provider_error", message: "" },
  } as const;
  book.note(callFacts({ attempts: [failed, { ...attempt, costPico: 3n }], costPico: 9n }));
  const byModel = new Map(book.take(ALL).map(({ members, tally }) => [members.model, tally]));
  expect(byModel.get("sim/b")).toMatchObject({
    calls: 0,
    attempts: 1,
    attemptErrors: { provider_error: 1 },
    costPico: 2n,
  });
  expect(byModel.get("sim/a")).toMatchObject({ calls: 1, attempts: 1, attemptErrors: {}, costPico: 7n });
});

test("a failure counts against availability unless the request, its key or its limits are to blame", () => {
  const book = new SeriesBook();
  for (const errorCode of ["provider_timeout", "rate_limited", "overloaded", "invalid_request", "internal"] as const) {
    book.note(callFacts({ outcome: "failed", errorCode }));
  }
  book.note(callFacts({ outcome: "abandoned" }));
  expect(sumOf(book.take(ALL))).toMatchObject({ calls: 6, failed: 5, faults: 3, abandoned: 1 });
});

test("a refusal counts by the budget or limit that all callers share, and not by one of a single caller", () => {
  const book = new SeriesBook();
  const refuse = (errorCode: "budget_spent" | "rate_limited" | "budget_unknown", by: RefusedBy): void =>
    book.note(callFacts({ outcome: "failed", errorCode, refusedBy: by }));
  refuse("budget_spent", refusedBy("budget", { name: "company", per: "environment", only: {} }));
  refuse("budget_spent", refusedBy("budget", { name: "company", per: "environment", only: {} }));
  refuse("rate_limited", refusedBy("limit", { name: "calls", per: "endpoint", only: { endpoints: ["bot"] } }));
  refuse("rate_limited", refusedBy("limit", { name: "each", per: "key", only: {} }));
  refuse("budget_spent", refusedBy("budget", { name: "acme", per: "environment", only: { tenants: ["acme"] } }));
  // Nobody knows what is left: that is a fault of ours, and counted as one.
  refuse("budget_unknown", refusedBy("budget", { name: "company", per: "environment", only: {} }));
  expect(sumOf(book.take(ALL))).toMatchObject({
    calls: 6,
    failed: 6,
    faults: 1,
    sharedRefusals: { "budget:company": 2, "limit:calls": 1 },
  });
});

test("copies and backtests cost, but are no calls", () => {
  const book = new SeriesBook();
  book.note(callFacts({ arm: "shadow" }));
  book.note(callFacts({ backtest: { id: "bkt_1", replays: "call_1" } }));
  const cells = book.take(ALL);
  expect(cells.map(({ members }) => members.arm)).toEqual(["shadow", "backtest"]);
  expect(sumOf(cells)).toMatchObject({ calls: 0, attempts: 2, costPico: 10n });
});

test("a minute with too many cells counts the rest together, in each environment, and says so", () => {
  const book = new SeriesBook({ minuteCells: 2 });
  for (let release = 0; release < 10; release += 1) book.note(callFacts({ release: `bot@${release}` }));
  book.note(callFacts({ environment: "staging" }));
  const cells = book.take(ALL);
  expect(cells).toHaveLength(4);
  expect(
    cells
      .filter(({ members }) => members.release === OTHER)
      .map(({ members, tally }) => [members.environment, tally.calls]),
  ).toEqual([
    ["production", 8],
    ["staging", 1],
  ]);
  expect(book.counts().merged).toBe(9);
});

test("cells that wait are bounded: the oldest minutes go, and are counted", () => {
  const book = new SeriesBook({ waitingCells: 3 });
  for (let minute = 0; minute < 5; minute += 1) book.note(callFacts({ at: minute * MINUTE }));
  book.totals();
  expect(book.counts()).toMatchObject({ droppedCells: 2, droppedCalls: 2, waiting: 3 });
  expect(startsOf(book.take(ALL))).toEqual([2 * MINUTE, 3 * MINUTE, 4 * MINUTE]);
});

test("totals go on counting, and make room by forgetting who was silent for longest", () => {
  const book = new SeriesBook({ totalCells: 2 });
  book.note(callFacts({ release: "bot@1" }));
  book.note(callFacts({ release: "bot@2", at: MINUTE }));
  book.take(ALL);
  book.note(callFacts({ release: "bot@1", at: 2 * MINUTE }));
  book.note(callFacts({ release: "bot@3", at: 3 * MINUTE }));
  expect(book.totals().map(({ members, tally }) => [members.release, tally.calls])).toEqual([
    ["bot@1", 2],
    ["bot@3", 1],
  ]);
});

test("totals of a release that nobody calls any more go all together, and failed attempts of its models are still told", () => {
  const book = new SeriesBook();
  const [attempt] = callFacts({}).attempts;
  if (attempt === undefined) throw new Error("A call has an attempt.");
  const failed = { ...attempt, model: "b", end: "failed", error: { code: "provider_error", message: "" } } as const;
  book.note(callFacts({ release: "bot@1", attempts: [failed, attempt] }));
  book.note(callFacts({ release: "bot@2", at: 10 * MINUTE, attempts: [failed, attempt] }));
  const releases = () => new Set(book.totals().map(({ members }) => members.release));
  const failures = () => sumOf([...book.totals(), ...book.faded()]).attemptErrors;
  book.fade(0);
  expect(releases()).toEqual(new Set(["bot@1", "bot@2"]));
  book.fade(10 * MINUTE);
  expect(releases()).toEqual(new Set(["bot@2"]));
  expect(failures()).toEqual({ provider_error: 2 });
  expect(sumOf(book.faded())).toMatchObject({ calls: 0, attempts: 0, costPico: 0n });
  book.note(callFacts({ release: "bot@1", at: 11 * MINUTE, attempts: [failed, attempt] }));
  expect(failures()).toEqual({ provider_error: 3 });
  const own = book.totals().filter(({ members }) => members.release === "bot@1");
  expect(sumOf(own).calls).toBe(1);
});

test("a release with more cells than are shown stays by itself, and lets all others go", () => {
  const book = new SeriesBook({ totalCells: 2 });
  book.note(callFacts({ release: "bot@1" }));
  for (const tier of ["primary", "fallback:1", "stale"] as const)
    book.note(callFacts({ release: "bot@2", tier, at: MINUTE }));
  expect(book.totals().map(({ members }) => members.release)).toEqual(["bot@2", "bot@2", "bot@2"]);
});

test("what was said of a call counts in the minute in which it was said, judges by the twentieth of their score", () => {
  const book = new SeriesBook();
  const facts = callFacts({});
  const subject = { ...facts, callId: facts.id, session: null };
  for (const value of [0, 0.15, 0.999, 1])
    book.noteFeedback(subject, { kind: "score", name: "q", value, judge: "m" }, MINUTE);
  book.noteFeedback(subject, { kind: "score", name: "q", value: 0.25, judge: null }, MINUTE);
  book.noteFeedback(subject, { kind: "thumbs", up: false }, MINUTE);
  const [cell] = book.take(ALL);
  expect(cell).toMatchObject({
    start: MINUTE,
    tally: { calls: 0, thumbsDown: 1, scores: { count: 1, sumMicro: 250_000 } },
  });
  expect(cell?.tally.judged).toEqual({ count: 4, sumMicro: 2_149_000 });
  expect(cell?.tally.judgedBy.flatMap((count, bucket) => (count > 0 ? [bucket] : []))).toEqual([0, 3, 19, 20]);
});

test("whenever somebody looks or takes, every call is taken once and stands in the totals once", () => {
  const step = fc.oneof(
    fc.record({ at: fc.integer({ min: 0, max: 5 * MINUTE }), release: fc.constantFrom("bot@1", "bot@2") }),
    fc.constantFrom("take", "look"),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new SeriesBook();
      const taken: SeriesCell[] = [];
      let calls = 0;
      for (const one of steps) {
        if (one === "take") taken.push(...book.take(2));
        else if (one === "look") book.totals();
        else {
          book.note(callFacts(one));
          calls += 1;
        }
      }
      for (let more = book.take(3); more.length > 0; more = book.take(3)) taken.push(...more);
      expect(sumOf(taken).calls).toBe(calls);
      expect(sumOf(book.totals()).calls).toBe(calls);
    }),
  );
});

const kinds = fc.record({
  endpoint: fc.constantFrom("bot", "faq", null),
  arm: fc.constantFrom("stable" as const, "candidate" as const, null),
  provider: fc.constantFrom("sim", null),
  model: fc.constantFrom("a", "b"),
  minute: fc.integer({ min: 0, max: 2 }),
  isTaken: fc.boolean(),
});

test("whatever came before it, each call counts where it belongs", () => {
  fc.assert(
    fc.property(fc.array(kinds), (calls) => {
      const book = new SeriesBook();
      const cells: SeriesCell[] = [];
      const wanted = new Map<string, number>();
      const add = (counts: Map<string, number>, key: readonly unknown[], by: number): void =>
        void counts.set(key.join(), (counts.get(key.join()) ?? 0) + by);
      for (const { minute, isTaken, ...kind } of calls) {
        book.note(callFacts({ ...kind, at: minute * MINUTE, totalMs: 1, attempts: [] }));
        const model = kind.provider === null ? "" : `${kind.provider}/${kind.model}`;
        add(wanted, [minute * MINUTE, kind.endpoint ?? "", kind.arm ?? "", model], 1);
        if (isTaken) cells.push(...book.take(ALL));
      }
      const counted = new Map<string, number>();
      for (const { start, members, tally } of [...cells, ...book.take(ALL)])
        add(counted, [start, members.endpoint, members.arm, members.model], tally.calls);
      expect(counted).toEqual(wanted);
    }),
  );
});
