import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryCache } from "../../adapters/caches/memory-cache.ts";
import { createValkeyCache } from "../../adapters/caches/valkey-cache.ts";
import { DEFAULT_RESULT_POLICY } from "../../domain/results/result-policy.ts";
import { readClaim } from "../../domain/results/result-place.ts";
import type { AnswerCache } from "../../ports/answer-cache.ts";
import { keepResult } from "./keep-result.ts";
import { PurityBook } from "./purity-book.ts";
import { ResultDesk } from "./result-desk.ts";
import type { LookupAnswer, ResultVisit } from "./result-desk.ts";

const POLICY = { ...DEFAULT_RESULT_POLICY, ttlMs: 60_000, auditShare: 0.001 };

const VISIT: ResultVisit = {
  folder: { endpoint: "bot", source: { kind: "tool", name: "lookup" } },
  policy: POLICY,
  key: "a".repeat(64),
  keyId: "key_1",
  purity: "p".repeat(64),
  maxAgeMs: null,
};

function stage(make: (clock: HandClock, ids: { secret: () => string; next: () => string }) => AnswerCache) {
  const clock = new HandClock();
  let secrets = 0;
  const ids = { next: () => "", secret: () => (secrets += 1).toString(16).padStart(32, "0") };
  const desk = new ResultDesk({ cache: make(clock, ids), clock, ids });
  const bring = (answer: LookupAnswer, result: string | null) => {
    const claim = answer.status === "miss" ? readClaim(answer.claim ?? "") : null;
    if (claim === null) throw new Error("This lookup was given no claim.");
    return keepResult(desk, { claim, keyId: "key_1", policy: POLICY, result, isError: result === null });
  };
  return { clock, desk, bring, lookUp: (more: Partial<ResultVisit> = {}) => desk.lookup({ ...VISIT, ...more }).answer };
}

const inMemory = (maxBytes = 1_000_000) => stage((clock) => createMemoryCache({ clock, maxBytes: () => maxBytes }));

describe("looking for results", () => {
  test("a result is given for its time and not longer, also when that was made shorter", async () => {
    const { clock, lookUp, bring } = inMemory();
    await bring(await lookUp(), '{"n":1}');
    clock.advance(20_000);
    expect(await lookUp()).toEqual({ status: "hit", key: VISIT.key, ageMs: 20_000, result: '{"n":1}' });
    expect(await lookUp({ policy: { ...POLICY, ttlMs: 10_000 } })).toMatchObject({ status: "miss" });
    clock.advance(40_000);
    expect(await lookUp()).toMatchObject({ status: "miss" });
  });

  test("a result that comes very late is not kept, one that is only late is", async () => {
    const { clock, lookUp, bring } = inMemory();
    const late = await lookUp();
    clock.advance(POLICY.waitMs * 9);
    expect(await bring(late, "1")).toMatchObject({ kept: "stored" });
    clock.advance(POLICY.ttlMs);
    const tooLate = await lookUp();
    clock.advance(POLICY.waitMs * 11);
    expect(await bring(tooLate, "1")).toMatchObject({ kept: "lapsed" });
  });

  test("without its cache every lookup runs at once, and none is told to bring what nobody could keep", async () => {
    const away = { run: () => Promise.reject(new Error("away")), isReady: false, close: () => Promise.resolve() };
    const { lookUp } = stage((_, ids) => createValkeyCache({ valkey: away, ids, maxEntryBytes: 1_000 }));
    const all = await Promise.all(Array.from({ length: 20 }, () => lookUp()));
    expect(all.filter(({ status }) => status === "miss").length).toBe(20);
    expect(all.every((answer) => answer.status === "miss" && answer.claim === null)).toBe(true);
  });

  test("where nothing may be kept in memory every lookup runs", async () => {
    const { lookUp } = inMemory(0);
    const all = await Promise.all(Array.from({ length: 5 }, () => lookUp()));
    expect(all.map((answer) => answer.status === "miss" && answer.claim === null)).toEqual(all.map(() => true));
  });

  test("entries beyond the bound make room for each other", async () => {
    const { desk, lookUp, bring } = inMemory(20_000);
    for (let index = 0; index < 20; index += 1) {
      const key = index.toString(16).padStart(64, "0");
      await bring(await lookUp({ key }), JSON.stringify("x".repeat(500)));
    }
    expect(desk.cache.counts().bytes).toBeLessThanOrEqual(20_000);
    expect(desk.cache.counts().evicted).toBeGreaterThan(0);
  });

  test("what was on its way when it was forgotten is not kept, and the next run's result is", async () => {
    const { desk, lookUp, bring } = inMemory();
    const before = await lookUp();
    expect(await desk.forget(VISIT)).toBe(false);
    expect(await bring(before, '"old"')).toEqual({ kept: "lapsed", audit: null });
    expect(await bring(await lookUp(), '"new"')).toMatchObject({ kept: "stored" });
    expect(await desk.forget(VISIT)).toBe(true);
    expect(await bring(await lookUp(), '"newer"')).toMatchObject({ kept: "stored" });
    expect(await lookUp()).toMatchObject({ status: "hit", result: '"newer"' });
  });

  test("who waits for a run that was forgotten runs next, and is not given its result", async () => {
    const { desk, lookUp, bring } = inMemory();
    const first = await lookUp();
    const second = lookUp();
    await desk.forget(VISIT);
    await bring(first, '"old"');
    expect(await second).toMatchObject({ status: "miss", reason: "absent" });
  });

  test("an audit whose result was forgotten meanwhile is no evidence: the application knows that it has changed", async () => {
    const { desk, lookUp, bring } = inMemory();
    await bring(await lookUp(), '"old"');
    const audit = await lookUp({ policy: { ...POLICY, auditShare: 1 } });
    expect(audit).toMatchObject({ reason: "audit" });
    await desk.forget(VISIT);
    expect(await bring(audit, '"new"')).toEqual({ kept: "lapsed", audit: null });
    expect(desk.purity.evidenceOf(VISIT.purity)).toMatchObject({ audits: 0 });
  });

  test("a claim is good for one result, also where two bring one at the same time", async () => {
    const { lookUp, bring } = inMemory();
    const answer = await lookUp();
    const kept = await Promise.all([bring(answer, "1"), bring(answer, "2")]);
    expect(kept.map((one) => one.kept).toSorted()).toEqual(["lapsed", "stored"]);
  });

  test("a claim that nobody gave is counted nowhere, whatever it names", async () => {
    const { desk } = inMemory();
    const source = { kind: "tool", name: "invented" } as const;
    const claim = { token: "f".repeat(32), key: "b".repeat(64), folder: { endpoint: "bot", source } };
    const run = { claim, keyId: "key_1", policy: null, result: "1", isError: false };
    expect(await keepResult(desk, run)).toEqual({ kept: "lapsed", audit: null });
    expect(desk.tally.all()).toEqual([]);
  });

  test("a source that was opened on one replica is not closed again by what another one held against it", async () => {
    const clock = new HandClock();
    const cache: AnswerCache = { ...createMemoryCache({ clock, maxBytes: () => 100_000 }), isShared: true };
    const [one, other] = [new PurityBook({ cache, clock }), new PurityBook({ cache, clock })];
    expect(await one.note("p", { differs: true, mayDiffer: 0 })).toBe(true);
    expect(await other.closingOf("p")).toMatchObject({ audits: 1, differed: 1 });
    expect(await other.open("p")).toBe(true);
    expect(await one.note("p", { differs: false, mayDiffer: 0 })).toBe(false);
    expect(await one.closingOf("p")).toBeNull();
  });

  test("one lookup in so many is an audit, evenly spread", async () => {
    const { lookUp, bring } = inMemory();
    await bring(await lookUp(), "1");
    const reasons: (string | null)[] = [];
    for (let index = 0; index < 300; index += 1) {
      const answer = await lookUp({ policy: { ...POLICY, auditShare: 0.02 } });
      reasons.push(answer.status === "miss" ? answer.reason : null);
    }
    expect(reasons.filter((reason) => reason === "audit").length).toBe(6);
    expect(reasons.indexOf("audit")).toBe(49);
  });
});
