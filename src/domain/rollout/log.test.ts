import { describe, expect, it } from "vitest";
import { looked, openedRollout, PLAN, rampingAt, T0 } from "../../../test/fixtures/rollout-samples.ts";
import { appendFacts, replay, verifyLog } from "./log.ts";
import type { LogMeta } from "./log.ts";
import { openingFacts } from "./open-rollout.ts";
import type { RolloutEvent, RolloutFact } from "./rollout.ts";

const META: LogMeta = { rolloutId: "rol_1", at: T0, actor: { kind: "machine" }, reason: "Test." };
const OPENING = openingFacts({
  channel: { endpoint: "support-bot", environment: "production" },
  plan: PLAN,
  stable: "rel_stable",
  candidate: "rel_candidate",
  seed: "5".repeat(64),
  waits: [],
});
const FACTS: readonly RolloutFact[] = [
  ...OPENING,
  { type: "Started", stable: "rel_stable" },
  { type: "StepEntered", step: 0, weight: 0.01, epoch: 1 },
  { type: "RoutesAcked", epoch: 1 },
];
const { events, rollout } = appendFacts(null, FACTS, META);
const changed = (seq: number, change: Partial<RolloutEvent>): readonly RolloutEvent[] =>
  events.map((event) => (event.seq === seq ? { ...event, ...change } : event));

describe("appendFacts", () => {
  it("numbers from 1 without gaps and chains every entry to the one before", () => {
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(events[0]?.prevHash).toBe("0".repeat(64));
    expect(events.slice(1).map(({ prevHash }) => prevHash)).toEqual(events.slice(0, -1).map(({ hash }) => hash));
    expect(rollout).toMatchObject({ seq: 5, lastHash: events[4]?.hash, activity: "observing" });
  });

  it("goes on where the rollout stands", () => {
    const more = appendFacts(rollout, [{ type: "HoldSet", hold: "manual" }], META);
    expect(more.events[0]).toMatchObject({ seq: 6, prevHash: rollout.lastHash });
    expect(verifyLog([...events, ...more.events])).toEqual({ ok: true });
  });

  it("seals the same facts to the same hashes", () => {
    expect(appendFacts(null, FACTS, META).events).toEqual(events);
  });

  it("takes no override of the evidence without a reason", () => {
    const fact = { type: "PromotionDecided", basis: "human_override", evidenceHash: null } as const;
    expect(() => appendFacts(rampingAt(0), [fact], { ...META, reason: " " })).toThrow("unless a reason is given");
  });

  it("opens no rollout without facts", () => {
    expect(() => appendFacts(null, [], META)).toThrow("without facts");
  });
});

describe("replay", () => {
  it("adds a stored log up to the snapshot", () => {
    const stored = JSON.parse(JSON.stringify(events)) as readonly RolloutEvent[];
    expect(replay(stored)).toEqual(rollout);
    expect(replay(stored).phase).toBe(looked(openedRollout()).phase);
  });

  it("refuses an empty log", () => {
    expect(() => replay([])).toThrow("empty log");
  });
});

describe("verifyLog", () => {
  it("accepts a whole log, a page of one, and nothing", () => {
    expect(verifyLog(events)).toEqual({ ok: true });
    expect(verifyLog(events.slice(2))).toEqual({ ok: true });
    expect(verifyLog([])).toEqual({ ok: true });
  });

  it.each<[string, Partial<RolloutEvent>]>([
    ["a fact", { fact: { type: "StepEntered", step: 0, weight: 0.5, epoch: 1 } }],
    ["the actor", { actor: { kind: "key", keyId: "key_1", name: "Eve" } }],
    ["the reason", { reason: "Another." }],
    ["the time", { at: T0 - 1 }],
    ["the rollout", { rolloutId: "rol_2" }],
  ])("notices that %s was changed", (_, change) => {
    expect(verifyLog(changed(4, change))).toMatchObject({
      ok: false,
      seq: 4,
      reason: expect.stringMatching(/hash does not fit/),
    });
  });

  it("notices a missing entry, another log's entry and a forged first one", () => {
    expect(verifyLog(events.filter(({ seq }) => seq !== 3))).toMatchObject({ ok: false, seq: 4 });
    const foreign = appendFacts(rollout, [{ type: "ApprovalAsked" }], { ...META, rolloutId: "rol_2" }).events;
    expect(verifyLog([...events, ...foreign])).toMatchObject({
      ok: false,
      seq: 6,
      reason: expect.stringMatching(/rol_2/),
    });
    const headless = appendFacts({ ...rollout, seq: 0 }, [{ type: "ApprovalAsked" }], META).events;
    expect(verifyLog(headless)).toMatchObject({
      ok: false,
      seq: 1,
      reason: expect.stringMatching(/points at an entry before it/),
    });
    const wrong = appendFacts({ ...rollout, seq: 0, lastHash: "0".repeat(64) }, [{ type: "ApprovalAsked" }], META);
    expect(verifyLog(wrong.events)).toMatchObject({
      ok: false,
      seq: 1,
      reason: expect.stringMatching(/instead of Created/),
    });
  });

  it("notices a chain that was cut and resealed", () => {
    const [first, ...rest] = events;
    const resealed = appendFacts({ ...rollout, seq: 1 }, [{ type: "ApprovalAsked" }], META).events;
    if (first === undefined) throw new Error("The log has a first entry.");
    expect(rest.length).toBe(4);
    expect(verifyLog([first, ...resealed])).toMatchObject({
      ok: false,
      seq: 2,
      reason: expect.stringMatching(/not chained/),
    });
  });
});
