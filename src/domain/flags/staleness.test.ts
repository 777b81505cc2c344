import { describe, expect, test } from "vitest";
import { NOON, flagOf, is, ruleOf } from "../../../test/fixtures/flag-samples.ts";
import type { Flag } from "./flag.ts";
import { STALE_AFTER_MS, sidesOf, stalenessOf } from "./staleness.ts";
import type { FlagLife } from "./staleness.ts";

const HERE = { environment: "production", now: NOON };
const OLD: FlagLife = { isKilled: false, changedAt: NOON - STALE_AFTER_MS, evaluatedAt: NOON - 1 };

const sides = (flag: Partial<Flag>): readonly string[] =>
  [...sidesOf(flagOf("it", flag), HERE.environment, NOON)].toSorted();

describe("a flag is stale", () => {
  test("when everybody gets the same and nobody changed it for two weeks", () => {
    const launched = flagOf("it", { rules: [ruleOf()] });
    expect(stalenessOf(launched, OLD, HERE)).toEqual({ why: "one-sided", variant: "on" });
    expect(stalenessOf(launched, { ...OLD, changedAt: OLD.changedAt + 1 }, HERE)).toBeNull();
    const split = flagOf("it", { rules: [ruleOf({ exposure: 0.5 })] });
    expect(stalenessOf(split, OLD, HERE)).toBeNull();
  });

  test("when it was killed and nobody missed it", () => {
    const split = flagOf("it", { rules: [ruleOf({ exposure: 0.5 })] });
    expect(stalenessOf(split, { ...OLD, isKilled: true }, HERE)).toEqual({ why: "one-sided", variant: "off" });
  });

  test("when nobody ever asked for it", () => {
    const split = flagOf("it", { rules: [ruleOf({ exposure: 0.5 })] });
    expect(stalenessOf(split, { ...OLD, evaluatedAt: null }, HERE)).toEqual({ why: "never-evaluated" });
    expect(stalenessOf(split, { ...OLD, evaluatedAt: null, changedAt: NOON }, HERE)).toBeNull();
  });

  test("but never when it is meant to stay", () => {
    const flag = flagOf("it", { isPermanent: true });
    expect(stalenessOf(flag, OLD, HERE)).toBeNull();
    expect(stalenessOf(flag, { ...OLD, evaluatedAt: null }, HERE)).toBeNull();
  });
});

describe("the sides of a flag", () => {
  test("are those that its rules can still reach", () => {
    expect(sides({})).toEqual(["off"]);
    expect(sides({ rules: [ruleOf({ when: is("role", "staff") })] })).toEqual(["off", "on"]);
    expect(sides({ rules: [ruleOf(), ruleOf({ serve: "off" })] })).toEqual(["on"]);
    expect(sides({ rules: [ruleOf({ environments: ["staging"] })] })).toEqual(["off"]);
    expect(sides({ rules: [ruleOf({ exposure: 0 })] })).toEqual(["off"]);
    expect(sides({ rules: [ruleOf({ window: { from: null, until: NOON } })] })).toEqual(["off"]);
  });

  test("count what time will bring", () => {
    expect(sides({ rules: [ruleOf({ window: { from: NOON + 1, until: null } })] })).toEqual(["off", "on"]);
    expect(sides({ rules: [ruleOf({ window: { from: null, until: NOON + 1 } })] })).toEqual(["off", "on"]);
    const ramp = [{ at: NOON + 1, share: 1 }];
    expect(sides({ rules: [ruleOf({ exposure: ramp })] })).toEqual(["off", "on"]);
    const done = [
      { at: NOON - 2, share: 0.1 },
      { at: NOON - 1, share: 1 },
    ];
    expect(sides({ rules: [ruleOf({ exposure: done })] })).toEqual(["on"]);
    const on = { rules: [ruleOf()] };
    expect(sides({ ...on, window: { from: NOON + 1, until: null } })).toEqual(["off", "on"]);
    expect(sides({ ...on, window: { from: null, until: NOON + 1 } })).toEqual(["off", "on"]);
    expect(sides({ ...on, window: { from: null, until: NOON } })).toEqual(["off"]);
  });

  test("are those of every share above 0, and off where a prerequisite may be missing", () => {
    const shares = [
      { variant: "off", share: 0 },
      { variant: "on", share: 1 },
    ];
    expect(sides({ rules: [ruleOf({ serve: shares })] })).toEqual(["on"]);
    expect(sides({ rules: [ruleOf()], prerequisites: [{ flag: "base", variants: ["on"] }] })).toEqual(["off", "on"]);
  });
});
