import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../kit/hash.ts";
import { complexityOf } from "./complexity.ts";
import { decideRoute } from "./decide-route.ts";
import type { KeptRoute, RouteDecision } from "./decide-route.ts";
import type { RequestFeatures } from "./features.ts";
import { featuresOf } from "./features.ts";
import { ROUTED } from "./routing-policy.ts";
import type { RoutingCondition, RoutingPolicy, RoutingStrategy } from "./routing-policy.ts";

const PLAIN: RequestFeatures = {
  characters: 100,
  question: "How do I return my shoes?",
  tools: 0,
  images: 0,
  turns: 1,
  format: "text",
  keyId: "key_1",
  tenant: null,
  labels: {},
};

const policy = (strategy: RoutingStrategy, more: Partial<RoutingPolicy> = {}): RoutingPolicy => ({
  routes: ["cheap", "middle", "strong"].map((name) => ({ name, target: { provider: "sim", model: name } })),
  strategy,
  sticky: true,
  explore: 0,
  ...more,
});

const LENGTH: RoutingStrategy = {
  type: "length",
  thresholds: [
    { route: "middle", from: 500 },
    { route: "strong", from: 1_000 },
  ],
};

interface Turn {
  readonly features?: Partial<RequestFeatures>;
  readonly unit?: string;
  readonly kept?: KeptRoute | null;
}

const decide = (own: RoutingPolicy, { features = {}, unit = "key_1/s", kept = null }: Turn = {}): RouteDecision =>
  decideRoute(own, {
    features: { ...PLAIN, ...features },
    unit,
    releaseId: "rel_1",
    digest: sha256Hex("release"),
    kept,
  });

const rules = (...when: readonly RoutingCondition[]): RoutingPolicy =>
  policy({ type: "rules", rules: [{ route: "strong", when }], otherwise: "cheap" });

describe("rules", () => {
  const least = (value: number) => ({ least: value, most: null });
  test.each<[RoutingCondition, Partial<RequestFeatures>, Partial<RequestFeatures>]>([
    [{ type: "characters", ...least(500) }, { characters: 500 }, { characters: 499 }],
    [{ type: "characters", least: null, most: 50 }, { characters: 50 }, { characters: 51 }],
    [{ type: "tokens", ...least(500) }, { characters: 2_000 }, { characters: 1_996 }],
    [{ type: "tools", ...least(1) }, { tools: 1 }, { tools: 0 }],
    [{ type: "images", ...least(1) }, { images: 2 }, { images: 0 }],
    [{ type: "turns", least: 3, most: 5 }, { turns: 4 }, { turns: 6 }],
    [{ type: "language", anyOf: ["de", "fr"] }, { question: "Est-ce que je peux les rendre ?" }, {}],
    [{ type: "language", anyOf: ["unknown"] }, { question: "42" }, {}],
    [{ type: "format", anyOf: ["json-schema"] }, { format: "json-schema" }, { format: "json" }],
    [{ type: "keys", anyOf: ["key_2"] }, { keyId: "key_2" }, { keyId: "key_1" }],
    [{ type: "tenants", anyOf: ["acme"] }, { tenant: "acme" }, { tenant: null }],
    [
      { type: "label", name: "tenant", anyOf: ["acme"] },
      { labels: { tenant: "acme" } },
      { labels: { tenant: "else" } },
    ],
    [{ type: "label", name: "constructor", anyOf: ["x"] }, { labels: { constructor: "x" } }, { labels: {} }],
  ])("%j decides", (condition, fitting, other) => {
    expect(decide(rules(condition), { features: fitting })).toMatchObject({ start: 2, why: "rule 1" });
    expect(decide(rules(condition), { features: other })).toMatchObject({ start: 0, why: "no rule fits" });
  });

  test("the first that fits decides, and all conditions of one must hold", () => {
    const both = rules({ type: "tools", ...least(1) }, { type: "turns", ...least(2) });
    expect(decide(both, { features: { tools: 1 } }).start).toBe(0);
    expect(decide(both, { features: { tools: 1, turns: 2 } }).start).toBe(2);
    const ordered = policy({
      type: "rules",
      rules: [
        { route: "middle", when: [{ type: "tools", ...least(1) }] },
        { route: "strong", when: [] },
      ],
      otherwise: "cheap",
    });
    expect(decide(ordered, { features: { tools: 1 } }).start).toBe(1);
    expect(decide(ordered).start).toBe(2);
  });
});

describe("thresholds", () => {
  test("send a request to the strongest route that it reaches", () => {
    expect(
      [0, 500, 999, 1_000].map((characters) => decide(policy(LENGTH), { features: { characters } }).start),
    ).toEqual([0, 1, 1, 2]);
  });

  test("of the classifier look at the score, which the record keeps", () => {
    const own = policy({ type: "classifier", version: 1, thresholds: [{ route: "strong", from: 40 }] });
    expect(decide(own)).toMatchObject({ start: 0, score: complexityOf(PLAIN).score });
    const question =
      "Prove step by step why this is true. Compare 12, 34 and 56.\n- a?\n- b?\n- c?\n```\nclass A {\n}\n```";
    const hard = decide(own, { features: { question, characters: 8_000, tools: 2, turns: 4 } });
    expect(hard.start).toBe(2);
    expect(hard.score).toBeGreaterThanOrEqual(40);
    expect(hard.why).toMatch(/^score \d+(\.\d)? \(length \d+, code \d+/);
  });

  test("the score stays between 0 and 100 and grows with length, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), fc.nat(1_000_000), (question, characters) => {
        const { score } = complexityOf({ ...PLAIN, question, characters });
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(complexityOf({ ...PLAIN, question, characters: characters + 100_000 }).score).toBeGreaterThanOrEqual(
          score,
        );
      }),
    );
  });
});

describe("a session", () => {
  const kept: KeptRoute = { releaseId: "rel_1", action: ROUTED, level: 1 };

  test("keeps its route and is only ever raised", () => {
    expect(decide(policy(LENGTH), { kept })).toMatchObject({ start: 1, isFirst: false, why: "the session's route" });
    const raised = decide(policy(LENGTH), { kept, features: { characters: 5_000 } });
    expect(raised).toMatchObject({ start: 2, isFirst: false });
    expect(raised.why).toContain("above the route of earlier turns");
  });

  test("never goes to a weaker route, whatever its turns look like", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { minLength: 1 }), (turns) => {
        let known: KeptRoute | null = null;
        for (const characters of turns) {
          const { start, action } = decide(policy(LENGTH), { kept: known, features: { characters } });
          expect(start).toBeGreaterThanOrEqual(known?.level ?? 0);
          known = { releaseId: "rel_1", action, level: start };
        }
      }),
    );
  });

  test("is decided anew at every turn where nothing is sticky, and under another release", () => {
    expect(decide(policy(LENGTH, { sticky: false }), { kept }).start).toBe(0);
    expect(decide(policy(LENGTH), { kept: { ...kept, releaseId: "rel_0" } })).toMatchObject({
      start: 0,
      isFirst: true,
    });
  });

  test("drawn by lot stays where it was drawn, even when the strategy wants more", () => {
    const own = policy(LENGTH, { explore: 0.5 });
    const drawn = { ...kept, action: "cheap", level: 0 };
    expect(decide(own, { kept: drawn, features: { characters: 5_000 } })).toMatchObject({
      start: 0,
      intended: 2,
      action: "cheap",
    });
  });

  test("gets the same draw at every turn and everywhere", () => {
    fc.assert(
      fc.property(fc.string(), (unit) => {
        const own = policy(LENGTH, { explore: 0.5 });
        expect(decide(own, { unit })).toEqual(decide(own, { unit }));
      }),
    );
  });
});

describe("the lot", () => {
  const own = policy(LENGTH, { explore: 0.3 });
  const drawn = Array.from({ length: 6_000 }, (_, index) => decide(own, { unit: `key_1/${index}` }));

  test("gives every route its share of the explored, and the rest follows the strategy", () => {
    const shares = Map.groupBy(drawn, ({ action }) => action);
    expect((shares.get(ROUTED)?.length ?? 0) / drawn.length).toBeCloseTo(0.7, 1);
    for (const route of ["cheap", "middle", "strong"]) {
      // Five standard errors of a share of 10 % among 6,000.
      expect(Math.abs((shares.get(route)?.length ?? 0) / drawn.length - 0.1)).toBeLessThan(0.02);
    }
  });

  test("has the propensities that are recorded, which sum to 1", () => {
    const [first] = drawn;
    expect(first?.propensities).toEqual({ [ROUTED]: 0.7, cheap: 0.3 / 3, middle: 0.3 / 3, strong: 0.3 / 3 });
    expect(Object.values(first?.propensities ?? {}).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  });

  test("by shares follows them", () => {
    const random = policy({
      type: "random",
      shares: [
        { route: "cheap", share: 0.8 },
        { route: "strong", share: 0.2 },
      ],
    });
    const starts = Array.from({ length: 4_000 }, (_, index) => decide(random, { unit: `key_1/${index}` }).start);
    expect(starts.filter((start) => start === 2).length / starts.length).toBeCloseTo(0.2, 1);
    expect(starts).not.toContain(1);
  });
});

test("features are read off the conversation and nothing else", () => {
  const message = (role: "user" | "assistant", text: string, images = 0) => ({ role, text, images });
  const outline = {
    messages: [
      message("user", "Hi there"),
      message("assistant", "Hello"),
      message("user", "What is on the picture?", 1),
    ],
    tools: [{ name: "a", text: "" }],
    format: "json",
  } as const;
  const metadata = { tenant: "acme", nested: { no: "label" }, count: 3 };
  expect(featuresOf(outline, { keyId: "key_9", tenant: "acme", metadata })).toEqual({
    characters: 36,
    question: "What is on the picture?",
    tools: 1,
    images: 1,
    turns: 2,
    format: "json",
    keyId: "key_9",
    tenant: "acme",
    labels: { tenant: "acme" },
  });
});
