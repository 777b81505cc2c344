import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NIGHT } from "../../../test/fixtures/incident-samples.ts";
import type { Change } from "../changes/change.ts";
import { breakerId } from "../changes/breaker-change.ts";
import type { FailingParts } from "./failing-parts.ts";
import { failingPartsOf } from "./failing-parts.ts";
import { likelyCause } from "./likely-cause.ts";
import { likelyCure, withdrawalSince } from "./likely-cure.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
/** Not on a whole minute: it is known to the second. */
const BEGAN = NIGHT + 41 * SECOND;

const changeOf = (overrides: Partial<Change>): Change => ({
  id: "x",
  at: BEGAN - SECOND,
  kind: "project",
  weight: "info",
  environment: "production",
  endpoint: null,
  by: "Ada",
  line: "The project was applied: limits.in_flight",
  ...overrides,
});

const APPLY = changeOf({ id: "apply:1", paths: ["providers.sim.models.swift.failures"] });

const WITHDRAWN = [
  ["critical", "support-bot@3: The candidate is taken back because harm was proven, epoch 4.", true],
  ["warning", "support-bot@3: Rolled back: every replica has let go.", false],
].map(([weight, line, moves], index) =>
  changeOf({
    id: `rol_1:${20 + index}`,
    kind: "rollout",
    weight: weight as Change["weight"],
    endpoint: "support-bot",
    by: null,
    line: String(line),
    rollout: "rol_1",
    at: BEGAN - 5 * MINUTE + index * SECOND,
    ...(moves === true && { moves: { from: "support-bot@3", to: "support-bot@2", isBack: true } }),
  }),
);

const STEP = changeOf({
  id: "rol_2:4",
  kind: "rollout",
  endpoint: "support-bot",
  by: null,
  line: "support-bot@4: Step 1: 1 % of new sessions, epoch 6.",
  rollout: "rol_2",
  at: BEGAN - 20 * SECOND,
  moves: { from: "support-bot@2", to: "support-bot@4", isBack: false },
});

/** All failures are stable's, on sim/swift. */
const FAILING: FailingParts = {
  endpoints: ["support-bot"],
  releases: new Map([["support-bot@2", 1]]),
  models: new Map([["sim/swift", 1]]),
};

const trouble = { startedAt: BEGAN, endpoints: ["support-bot"], failing: FAILING };

const breaker = (at: number, isOpen = true): Change =>
  changeOf({
    id: breakerId({ environment: "production", model: "sim/swift", isOpen, minute: 1 }),
    kind: "provider",
    weight: isOpen ? "warning" : "ok",
    by: null,
    line: "sim/swift keeps failing: it is asked only now and then (breaker open)",
    subject: "sim/swift",
    at,
  });

describe("the likeliest cause", () => {
  test("is the apply of a second before, and no rollback that was long over", () => {
    expect(likelyCause([...WITHDRAWN, APPLY, breaker(BEGAN + SECOND)], trouble)).toBe(APPLY);
    expect(likelyCause(WITHDRAWN, trouble)).toBeNull();
  });

  test("is no change that cannot have touched what fails", () => {
    const harmless = changeOf({
      id: "a",
      paths: ["alerts", "status_page.title", "endpoints.support-bot.rollout.bake"],
    });
    const elsewhere = changeOf({ id: "b", paths: ["providers.other.timeout", "endpoints.faq.retries"] });
    const sibling = changeOf({ id: "c", paths: ["providers.sim.models.sturdy.failures"] });
    const prices = changeOf({ id: "d", kind: "prices", paths: ["providers.other.models.m.price.input"] });
    const prompt = changeOf({ id: "p", paths: ["rollward.yaml", "prompts/support-bot-2.md"] });
    const made = changeOf({ id: "key_1:created", kind: "key" });
    expect(likelyCause([harmless, elsewhere, sibling, prices, prompt, made, STEP], trouble)).toBeNull();
    const earlier = { ...APPLY, at: BEGAN - 10 * MINUTE };
    expect(likelyCause([harmless, elsewhere, sibling, prices, prompt, made, STEP, earlier], trouble)).toBe(earlier);
  });

  test("is the step of a rollout where its release is what fails", () => {
    const failing = { ...FAILING, releases: new Map([["support-bot@4", 0.9]]), models: new Map([["sim/swift", 1]]) };
    expect(likelyCause([STEP, changeOf({ id: "a", at: STEP.at - SECOND })], { ...trouble, failing })).toBe(STEP);
    // Where both releases fail alike it is none of them.
    const both = {
      ...FAILING,
      releases: new Map([
        ["support-bot@4", 0.5],
        ["support-bot@2", 0.5],
      ]),
    };
    expect(likelyCause([STEP, { ...APPLY, at: STEP.at - SECOND }], { ...trouble, failing: both })).toMatchObject({
      id: "apply:1",
    });
    expect(likelyCause([STEP], { startedAt: BEGAN, endpoints: ["support-bot"] })).toBe(STEP);
  });

  test("is the provider's own trouble where nobody changed anything of late", () => {
    const old = { ...APPLY, at: BEGAN - 40 * MINUTE };
    expect(likelyCause([old, breaker(BEGAN + 3 * SECOND)], trouble)).toMatchObject({ kind: "provider" });
    expect(likelyCause([old, breaker(BEGAN + 3 * MINUTE)], trouble)).toBe(old);
    expect(likelyCause([breaker(BEGAN - SECOND, false)], trouble)).toBeNull();
  });

  test("is the budget that is spent where budgets refuse more calls than fail otherwise", () => {
    const full = changeOf({ id: "budget:production:b:100", kind: "budget", subject: "company", at: BEGAN - SECOND });
    const refusals = { endpoint: "support-bot", release: "support-bot@2", model: "" };
    const failing = failingPartsOf(
      ["support-bot"],
      [{ members: refusals, tally: { faults: 3, sharedRefusals: { "budget:company": 90 } } }],
    );
    expect([...(failing.budgets ?? [])]).toEqual(["company"]);
    expect(likelyCause([STEP, APPLY, full], { ...trouble, failing })).toBe(full);
    const few = { faults: 30, sharedRefusals: { "budget:company": 9 } };
    expect(failingPartsOf([], [{ members: refusals, tally: few }]).budgets).toBeUndefined();
  });

  test("knows what fails from the tallies", () => {
    const sum = (release: string, model: string, faults: number) => ({
      members: { endpoint: release.split("@")[0] ?? "", release, model },
      tally: { faults },
    });
    const parts = failingPartsOf(
      ["support-bot"],
      [sum("support-bot@2", "sim/swift", 9), sum("support-bot@4", "sim/swift", 1), sum("faq@1", "sim/slow", 90)],
    );
    expect(Object.fromEntries(parts.releases)).toEqual({ "support-bot@2": 0.9, "support-bot@4": 0.1 });
    expect(Object.fromEntries(parts.models)).toEqual({ "sim/swift": 1 });
    expect(failingPartsOf([], []).releases.size).toBe(0);
  });

  test("is never what came after the trouble, what takes a candidate back, nor older than one that can be it", () => {
    const change = fc
      .record({
        after: fc.integer({ min: -90 * MINUTE, max: 10 * MINUTE }),
        kind: fc.constantFrom("rollout", "project", "flag", "switch", "alert", "incident", "freeze" as const),
        weight: fc.constantFrom("ok", "info", "warning", "critical" as const),
        isBack: fc.option(fc.boolean()),
      })
      .map(({ after, kind, weight, isBack }, index = 0) =>
        changeOf({
          id: `${index}:${after}`,
          kind,
          weight,
          at: BEGAN + after,
          ...(isBack !== null && { moves: { from: "support-bot@4", to: "support-bot@2", isBack } }),
        }),
      );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const found = likelyCause(changes, trouble);
        const applies = changes.filter(({ kind, weight, at }) => kind === "project" && weight !== "ok" && at < BEGAN);
        if (found === null) {
          expect(applies.every(({ at }) => at < BEGAN - 60 * MINUTE)).toBe(true);
          return;
        }
        expect(found.at).toBeLessThanOrEqual(BEGAN + 2 * SECOND);
        expect(found.moves?.isBack === true && found.kind === "rollout").toBe(false);
        expect(["alert", "incident", "freeze"]).not.toContain(found.kind);
        expect(applies.every(({ at }) => at <= found.at)).toBe(true);
      }),
    );
  });
});

describe("what a recovery is owed to", () => {
  const ended = { startedAt: BEGAN, wellBy: BEGAN + 112 * SECOND, failing: FAILING };
  const again = { ...APPLY, id: "apply:2", at: BEGAN + 109 * SECOND };
  const innocent = changeOf({
    id: "rol_2:9",
    kind: "rollout",
    weight: "critical",
    endpoint: "support-bot",
    rollout: "rol_2",
    at: BEGAN + 108 * SECOND,
    moves: { from: "support-bot@4", to: "support-bot@2", isBack: true },
  });

  test("is the apply that mended it, and not the candidate that had nothing to do with it", () => {
    expect(likelyCure([again, innocent, APPLY], ended)).toBe(again);
    expect(likelyCure([innocent, { ...innocent, at: BEGAN + 5 * MINUTE }], ended)).toBeNull();
    expect(withdrawalSince([innocent], ended)).toBeNull();
  });

  test("is the withdrawal of a release that failed, or the return from one", () => {
    const failing = { ...FAILING, releases: new Map([["support-bot@4", 0.8]]) };
    expect(likelyCure([innocent], { ...ended, failing })).toBe(innocent);
    expect(withdrawalSince([innocent], { ...ended, failing })).toBe(innocent);
    const back = { ...innocent, moves: { from: "support-bot@2", to: "support-bot@1", isBack: false } };
    expect(likelyCure([back], ended)).toBe(back);
  });

  test("is nothing that came when it was well already, nor what came before the trouble", () => {
    const late = { ...again, at: ended.wellBy + SECOND };
    expect(likelyCure([late, APPLY], ended)).toBeNull();
    const around = changeOf({ id: "s", kind: "switch", subject: "sim/swift", at: BEGAN + MINUTE });
    expect(likelyCure([around, { ...around, subject: "sim/sturdy", at: BEGAN + MINUTE + SECOND }], ended)).toBe(around);
  });
});
