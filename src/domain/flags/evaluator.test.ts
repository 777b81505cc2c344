import { describe, expect, test } from "vitest";
import { NOON, flagOf, is, ruleOf, termsOf } from "../../../test/fixtures/flag-samples.ts";
import type { EvaluationContext } from "./condition.ts";
import { Evaluator } from "./evaluator.ts";
import type { EvaluationTerms } from "./evaluator.ts";
import type { Flag } from "./flag.ts";

const evaluate = (terms: EvaluationTerms, context: EvaluationContext = { targetingKey: "ada" }, key = "it") =>
  new Evaluator(terms, context).evaluate(key);

const only = (flag: Partial<Flag>, overrides: Parameters<typeof termsOf>[1] = {}): EvaluationTerms =>
  termsOf([flagOf("it", flag)], overrides);

describe("a flag", () => {
  test("without rules is static: its default variant, or that of the environment", () => {
    expect(evaluate(only({ metadata: { team: "support" } }))).toEqual({
      key: "it",
      value: false,
      variant: "off",
      reason: "STATIC",
      rule: null,
      cause: null,
      error: null,
      metadata: { team: "support" },
    });
    const here = only({ defaultIn: new Map([["staging", "on"]]) }, { environment: "staging" });
    expect(evaluate(here)).toMatchObject({ value: true, variant: "on", reason: "STATIC" });
  });

  test("that is not there is none", () => {
    expect(evaluate(only({}), {}, "other")).toBeNull();
    expect(evaluate(only({}), {}, "__proto__")).toBeNull();
  });

  test("goes by the first rule that is for the context, else by its default", () => {
    const rules = [
      ruleOf({ name: "staff", when: is("role", "staff") }),
      ruleOf({ name: "germany", when: is("country", "DE"), serve: "off" }),
      ruleOf({ name: "europe", when: is("region", "EU") }),
    ];
    const terms = only({ rules });
    const of = (context: EvaluationContext) => {
      const { variant, reason, rule } = evaluate(terms, context) ?? {};
      return [variant, reason, rule];
    };
    expect(of({ role: "staff", country: "DE" })).toEqual(["on", "TARGETING_MATCH", "staff"]);
    expect(of({ region: "EU", country: "DE" })).toEqual(["off", "TARGETING_MATCH", "germany"]);
    expect(of({ region: "EU" })).toEqual(["on", "TARGETING_MATCH", "europe"]);
    expect(of({})).toEqual(["off", "DEFAULT", null]);
  });

  test("obeys rules only where and when they are in force", () => {
    const rules = [
      ruleOf({ name: "elsewhere", environments: ["staging"] }),
      ruleOf({ name: "over", window: { from: null, until: NOON } }),
      ruleOf({ name: "ahead", window: { from: NOON + 1, until: null } }),
      ruleOf({ name: "now", window: { from: NOON, until: NOON + 1 } }),
    ];
    expect(evaluate(only({ rules }))?.rule).toBe("now");
    expect(evaluate(only({ rules }, { environment: "staging" }))?.rule).toBe("elsewhere");
    expect(evaluate(only({ rules }, { now: NOON - 1 }))?.rule).toBe("over");
    expect(evaluate(only({ rules }, { now: NOON + 1 }))?.rule).toBe("ahead");
  });

  test("is off when it is killed or out of its time, whatever its rules", () => {
    const flag = { rules: [ruleOf()], window: { from: NOON, until: NOON + 10 }, defaultVariant: "on" };
    const killed = only(flag, { isKilled: (key) => key === "it" });
    expect(evaluate(killed)).toMatchObject({ variant: "off", reason: "DISABLED", cause: "killed", rule: null });
    const early = only(flag, { now: NOON - 1 });
    expect(evaluate(early)).toMatchObject({ variant: "off", reason: "DISABLED", cause: "schedule" });
    expect(evaluate(only(flag, { now: NOON + 10 }))).toMatchObject({ variant: "off", cause: "schedule" });
    expect(evaluate(only(flag))).toMatchObject({ variant: "on", reason: "TARGETING_MATCH" });
    const without = { offVariant: null, defaultIn: new Map([["production", "on"]]) };
    expect(evaluate(only(without, { isKilled: () => true }))).toMatchObject({ variant: "on", cause: "killed" });
  });
});

describe("prerequisites", () => {
  const needing = flagOf("it", { rules: [ruleOf()], prerequisites: [{ flag: "base", variants: ["on"] }] });

  test("turn a flag off unless the other has the variant for the same context", () => {
    const base = flagOf("base", { rules: [ruleOf({ when: is("plan", "pro") })] });
    const terms = termsOf([needing, base]);
    expect(evaluate(terms, { plan: "pro" })).toMatchObject({ variant: "on", reason: "TARGETING_MATCH" });
    expect(evaluate(terms, { plan: "free" })).toMatchObject({ variant: "off", cause: "prerequisite" });
  });

  test("that are killed turn it off too, and one that is not there as well", () => {
    const base = flagOf("base", { defaultVariant: "on" });
    expect(evaluate(termsOf([needing, base]))).toMatchObject({ variant: "on" });
    const killed = termsOf([needing, base], { isKilled: (key) => key === "base" });
    expect(evaluate(killed)).toMatchObject({ variant: "off", cause: "prerequisite" });
    expect(evaluate(termsOf([needing]))).toMatchObject({ variant: "off", cause: "prerequisite" });
  });

  test("that cannot be evaluated make it an error", () => {
    const base = flagOf("base", { rules: [ruleOf({ exposure: 0.5 })] });
    const evaluation = evaluate(termsOf([needing, base]), {});
    expect(evaluation).toMatchObject({ reason: "ERROR", variant: "off", error: { code: "TARGETING_KEY_MISSING" } });
  });

  test("in a circle, or in a row that is too long, are an error and nothing worse", () => {
    const loop = flagOf("base", { prerequisites: [{ flag: "it", variants: ["on"] }] });
    expect(evaluate(termsOf([needing, loop]))).toMatchObject({ reason: "ERROR", error: { code: "GENERAL" } });
    const row = Array.from({ length: 50_000 }, (_, index) =>
      flagOf(index === 0 ? "it" : `f${index}`, { prerequisites: [{ flag: `f${index + 1}`, variants: ["off"] }] }),
    );
    expect(evaluate(termsOf(row))).toMatchObject({ reason: "ERROR", error: { code: "GENERAL" } });
  });
});

describe("percentages", () => {
  test("need somebody to draw for, by the attribute of the rule or the flag", () => {
    const half = { rules: [ruleOf({ exposure: 0.5 })] };
    const missing = { reason: "ERROR", variant: "off", error: { code: "TARGETING_KEY_MISSING" } };
    for (const context of [{}, { targetingKey: "" }, { targetingKey: null }, { targetingKey: ["ada"] }]) {
      expect(evaluate(only(half), context)).toMatchObject(missing);
    }
    const byCompany = only({ ...half, stickiness: "company.id" });
    expect(evaluate(byCompany, { targetingKey: "ada" })).toMatchObject({ error: { code: "INVALID_CONTEXT" } });
    expect(evaluate(byCompany, { company: { id: 7 } })?.error).toBeNull();
    const byRule = only({ rules: [ruleOf({ exposure: 0.5, stickiness: "team" })] });
    expect(evaluate(byRule, { team: "blue" })?.error).toBeNull();
  });

  test("of 0 and 100 draw nothing", () => {
    const none = { rules: [ruleOf({ name: "none", exposure: 0 }), ruleOf({ name: "all" })] };
    expect(evaluate(only(none), {})).toMatchObject({ rule: "all", reason: "TARGETING_MATCH" });
  });

  test("leave those they are not for to the next rule", () => {
    const rules = [ruleOf({ name: "few", exposure: 0.1 }), ruleOf({ name: "rest", serve: "off" })];
    const counts = { few: 0, rest: 0 };
    for (let index = 0; index < 2_000; index += 1) {
      const evaluation = evaluate(only({ rules }), { targetingKey: `user-${index}` });
      expect(evaluation?.reason).toBe(evaluation?.rule === "few" ? "SPLIT" : "TARGETING_MATCH");
      counts[evaluation?.rule as "few" | "rest"] += 1;
    }
    // Drawn from fixed names: always the same.
    expect(counts.few).toBeGreaterThan(150);
    expect(counts.few).toBeLessThan(250);
  });

  test("that grow with time are for nobody before their first step", () => {
    const ramp = [
      { at: NOON, share: 0.2 },
      { at: NOON + 100, share: 1 },
    ];
    const rules = [ruleOf({ exposure: ramp })];
    const onAt = (now: number): number =>
      Array.from({ length: 500 }, (_, index) =>
        evaluate(only({ rules }, { now }), { targetingKey: `u${index}` }),
      ).filter((one) => one?.variant === "on").length;
    const [before, first, last] = [onAt(NOON - 1), onAt(NOON), onAt(NOON + 100)];
    expect(before).toBe(0);
    expect(first).toBeGreaterThan(50);
    expect(first).toBeLessThan(150);
    expect(last).toBe(500);
  });

  test("draw the same for flags with one seed, and apart for others", () => {
    const variantsOf = (seed: string): readonly (string | undefined)[] =>
      Array.from({ length: 200 }, (_, index) => {
        const flag = { seed, rules: [ruleOf({ exposure: 0.5 })] };
        return evaluate(only(flag), { targetingKey: `user-${index}` })?.variant;
      });
    expect(variantsOf("one")).toEqual(variantsOf("one"));
    expect(variantsOf("one")).not.toEqual(variantsOf("two"));
  });
});

test("several flags of one question share what is known of their segments and prerequisites", () => {
  const base = flagOf("base", { defaultVariant: "on" });
  const needing = Array.from({ length: 100 }, (_, index) =>
    flagOf(`f${index}`, { prerequisites: [{ flag: "base", variants: ["on"] }], defaultVariant: "on" }),
  );
  let asked = 0;
  const terms = termsOf([base, ...needing], {
    isKilled(key) {
      if (key === "base") asked += 1;
      return false;
    },
  });
  const evaluator = new Evaluator(terms, {});
  expect(needing.map(({ key }) => evaluator.evaluate(key)?.variant)).toEqual(needing.map(() => "on"));
  expect(asked).toBe(1);
});
