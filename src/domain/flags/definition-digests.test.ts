import { expect, test } from "vitest";
import { flagOf, is, ruleOf } from "../../../test/fixtures/flag-samples.ts";
import type { Condition } from "./condition.ts";
import { definitionDigests } from "./definition-digests.ts";
import type { Flag } from "./flag.ts";

const inSegment = (name: string): Condition => ({ type: "segment", name });

const digestOf = (flag: Partial<Flag>, staff = "staff"): string | undefined => {
  const segments = new Map<string, Condition>([
    ["staff", is("role", staff)],
    ["testers", { type: "any", of: [inSegment("staff"), is("plan", "beta")] }],
    ["loop", { type: "not", of: inSegment("loop") }],
  ]);
  return definitionDigests({ flags: new Map([["it", flagOf("it", flag)]]), segments }).get("it");
};

test("a definition is what could change an evaluation, and words are not", () => {
  const plain = digestOf({});
  expect(digestOf({ description: "New words", metadata: { team: "x" }, isPermanent: true })).toBe(plain);
  const others: readonly Partial<Flag>[] = [
    { rules: [ruleOf()] },
    { defaultVariant: "on" },
    { defaultIn: new Map([["staging", "on"]]) },
    { offVariant: "on" },
    { seed: "other" },
    { stickiness: "company" },
    { window: { from: 1, until: null } },
    { prerequisites: [{ flag: "base", variants: ["on"] }] },
    { variants: new Map([["on", true]]) },
  ];
  expect(new Set([plain, ...others.map((flag) => digestOf(flag))]).size).toBe(others.length + 1);
});

test("the segments that it uses belong to it, also by way of others", () => {
  const used = { rules: [ruleOf({ when: inSegment("testers") })] };
  expect(digestOf(used, "employees")).not.toBe(digestOf(used, "staff"));
  const unused = { rules: [ruleOf({ when: is("plan", "pro") })] };
  expect(digestOf(unused, "employees")).toBe(digestOf(unused, "staff"));
  expect(digestOf({ rules: [ruleOf({ when: inSegment("loop") })] })).toHaveLength(64);
});
