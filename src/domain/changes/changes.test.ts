import { describe, expect, test } from "vitest";
import type { AlertTransition } from "../alerts/alert.ts";
import type { Key } from "../access/key.ts";
import { byTime, lineOf } from "./change.ts";
import { changesOfAlerts } from "./changes-of-alerts.ts";
import { changeOfApply } from "./changes-of-applies.ts";
import type { ToldApply } from "./changes-of-applies.ts";
import { changesOfKeys } from "./changes-of-keys.ts";
import { changesOfFreeze, changesOfKill, changesOfPause } from "./changes-of-stops.ts";

const WORD = { at: 10, by: "Ada", reason: "it promises refunds" };
const LIFTED = { at: 20, by: "Grace", reason: "mended" };

const applied = (overrides: Partial<ToldApply>) =>
  changeOfApply({ environment: "production", at: 5, by: "Ada", origin: null, paths: [], isFirst: false, ...overrides });

describe("what an apply changed", () => {
  test("names settings, files and where they came from; more than a few are counted", () => {
    const origin = {
      commit: "1f2e3d",
      isDirty: false,
      branch: "main",
      author: null,
      pullRequest: "12",
      repository: null,
      dataSet: null,
      evalRun: null,
    };
    expect(applied({ origin, paths: ["a", "b", "c", "d", "e", "f"] }).line).toBe(
      "The project was applied from commit 1f2e3d on main (#12): a, b, c, d and 2 more",
    );
    expect(applied({}).line).toBe("The project was applied: no setting changed");
    expect(applied({ releases: ["bot@2"] }).line).toBe("The project was applied: a rollout of bot@2 was opened");
    expect(applied({ paths: ["limits.in_flight"], releases: ["bot@2", "faq@3"] }).line).toBe(
      "The project was applied: limits.in_flight; rollouts of bot@2, faq@3 were opened",
    );
    expect(applied({ paths: null }).line).toBe("The project was applied: what it changed is not known");
    expect(applied({ isFirst: true, paths: null }).line).toBe("The project was applied: for the first time");
  });

  test("is about prices where nothing else changed, and about an endpoint where it alone did", () => {
    expect(applied({ paths: ["providers.openai.models.gpt-5.price.input"] })).toMatchObject({
      kind: "prices",
      line: "Prices were changed: providers.openai.models.gpt-5.price.input",
    });
    expect(applied({ paths: ["providers.openai.models.gpt-5.price.input", "limits.in_flight"] }).kind).toBe("project");
    expect(applied({ paths: ["endpoints.bot.rollout", "endpoints.bot.sessions"] }).endpoint).toBe("bot");
    expect(applied({ paths: ["endpoints.bot.rollout", "limits.in_flight"] }).endpoint).toBeNull();
  });
});

describe("what stops changed", () => {
  test("is told when they begin and when they end, by whom and why", () => {
    const pause = { id: "pau_1", subject: { type: "endpoint", name: "bot" } as const, ...WORD, lifted: LIFTED };
    expect(
      changesOfPause(pause, "production").map(({ line, by, weight, endpoint }) => [line, by, weight, endpoint]),
    ).toEqual([
      ["Calls of the endpoint bot are paused: it promises refunds", "Ada", "warning", "bot"],
      ["Calls of the endpoint bot are let in again: mended", "Grace", "ok", "bot"],
    ]);
    const model = {
      ...pause,
      subject: { type: "model", endpoint: "bot", name: "openai/gpt-5" } as const,
      lifted: null,
    };
    expect(changesOfPause(model, "production")).toMatchObject([
      { kind: "switch", line: "bot goes around openai/gpt-5: it promises refunds" },
    ]);
    const freeze = { id: "frz_1", subject: { type: "everything" } as const, ...WORD, until: null, lifted: null };
    expect(changesOfFreeze(freeze)).toMatchObject([
      { environment: null, line: "Rollouts of everything are frozen: it promises refunds" },
    ]);
    const kill = { id: "flk_1", environment: "production", flag: "endpoint.bot", ...WORD, restored: null };
    expect(changesOfKill(kill)).toMatchObject([{ kind: "flag", endpoint: "bot" }]);
  });

  test("is nothing where a rule only noted it, and the machine's where a rule did it", () => {
    const ruled = (outcome: "paused" | "observed") =>
      changesOfPause(
        {
          id: "pau_1",
          subject: { type: "everything" },
          ...WORD,
          by: "rollward",
          lifted: null,
          rule: { name: "spike", outcome, until: null },
        },
        "production",
      );
    expect(ruled("observed")).toEqual([]);
    expect(ruled("paused")).toMatchObject([{ by: null }]);
  });
});

describe("what keys and alerts changed", () => {
  const key: Key = {
    id: "key_1",
    name: "app",
    scopes: ["inference"],
    endpoints: ["bot"],
    secretHash: "",
    createdAt: 1,
    expiresAt: 50,
    revokedAt: null,
  };

  test("is that keys are made, revoked, or have run out", () => {
    const told = (one: Key, now: number) =>
      changesOfKeys([one], { own: "production", now }).map(({ at, line }) => [at, line]);
    expect(told(key, 40)).toEqual([[1, "The key app was created for inference"]]);
    expect(told(key, 50)[1]).toEqual([50, "The key app has run out"]);
    expect(told({ ...key, revokedAt: 9 }, 99)).toEqual([
      [1, "The key app was created for inference"],
      [9, "The key app was revoked"],
    ]);
  });

  test("is that an alert fires and that it is over; what was never told is left out", () => {
    const step = (from: string, to: string, seq: number) =>
      ({
        seq,
        from,
        to,
        at: seq,
        environment: "production",
        endpoint: "bot",
        rule: "errors",
        severity: "critical",
        summary: "Bad.",
        labels: {},
      }) as unknown as AlertTransition;
    const changes = changesOfAlerts([
      step("ok", "pending", 1),
      step("pending", "firing", 2),
      step("firing", "resolved", 3),
    ]);
    expect(changes.map(({ line, weight }) => [line, weight])).toEqual([
      ["Alert errors: Bad.", "critical"],
      ["Alert errors is over: Bad.", "ok"],
    ]);
  });

  test("is told newest first, on one line each", () => {
    const [one, other] = [applied({ at: 1 }), applied({ at: 2 })];
    expect([one, other].toSorted(byTime)).toEqual([other, one]);
    expect(lineOf(`a\n\tb ${"x".repeat(600)}`)).toMatch(/^a b x+…$/);
    expect(lineOf("x".repeat(9_999))).toHaveLength(500);
  });
});
