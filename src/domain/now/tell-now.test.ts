import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alertNow, changeNow, endpointNow, MINUTE, nowFacts, THREE } from "../../../test/fixtures/now-samples.ts";
import type { EndpointNow, NowFacts } from "./situation.ts";
import { tellNow } from "./tell-now.ts";

const FAILING = {
  standing: "failing",
  since: THREE - 9 * MINUTE,
  peak: 0.81,
  share: 0.78,
  calls: 412,
} as const;

const WITHDRAWN = {
  rollout: "rol_1",
  candidate: "support-bot@42",
  isReturn: false,
  startedAt: THREE - 20 * MINUTE,
  weight: 0.25,
  at: THREE - 2 * MINUTE,
  isOver: true,
  cause: "harm was proven",
  by: null,
} as const;

/** A budget of all callers that refuses a share of the newest calls. */
const refusing = (share: number): EndpointNow["overBudget"] => ({
  calls: 375,
  since: THREE - 3 * MINUTE,
  shared: {
    calls: 375,
    share,
    budgets: [
      {
        name: "company",
        window: "day",
        limitPico: 5n * 10n ** 12n,
        atLimit: "degrade",
        endsAt: THREE + 21 * 60 * MINUTE,
      },
    ],
  },
});

/** That the rollout's candidate is taken back, among the changes. */
const TAKEN_BACK = changeNow({ id: "rol_1:9", kind: "rollout", rollout: "rol_1", at: WITHDRAWN.at, by: null });
const APPLIED = changeNow();

const told = (facts: Partial<NowFacts>): string => tellNow(nowFacts(facts)).sentence;
const toldOf = (own: Partial<EndpointNow>): string => told({ endpoints: [endpointNow(own)] });

describe("what is happening, in a sentence", () => {
  test("says that all is well, and what is under way", () => {
    expect(told({})).toBe("All is well: 1,200 calls in the last five minutes on 1 endpoint.");
    const rollout = { id: "rol_1", candidate: "support-bot@42", weight: 0.05, holds: [], heldSince: null };
    expect(toldOf({ rollout })).toBe(
      "All is well: 1,200 calls in the last five minutes on 1 endpoint. Under way: support-bot@42.",
    );
  });

  test("does not call silence well", () => {
    const errors = { standing: "quiet", since: null, peak: null, share: null, calls: 0 } as const;
    const quiet = tellNow(nowFacts({ endpoints: [endpointNow({ errors })] }));
    expect(quiet).toMatchObject({ situation: "quiet", weight: "ok", situations: [] });
    expect(quiet.sentence).toMatch(/^Nobody has called for a quarter of an hour/);
    expect(told({ endpoints: [] })).toBe("No endpoint is configured yet.");
  });

  test("tells a rollback with its trouble, its time and how it gets well", () => {
    const errors = { standing: "recovering", since: THREE - 9 * MINUTE, peak: 0.061, share: 0.012, calls: 90 } as const;
    expect(toldOf({ errors, withdrawn: WITHDRAWN, cure: TAKEN_BACK, until: WITHDRAWN.at })).toBe(
      "support-bot was degraded from 02:51 to 02:58 UTC (7 min). Candidate support-bot@42 at 25 % was rolled back at 02:58 UTC (harm was proven). Recovering: errors 6.1 % → 1.2 %.",
    );
  });

  test("tells who rolled back, and that it is not over yet", () => {
    const withdrawn = { ...WITHDRAWN, isOver: false, by: "Ada" };
    expect(toldOf({ errors: FAILING, withdrawn, answer: TAKEN_BACK })).toBe(
      "support-bot is failing since 02:51 UTC (9 min). Candidate support-bot@42 at 25 % is being rolled back at 02:58 UTC (Ada did it). Errors are at 78 % of 412 calls.",
    );
    expect(toldOf({ withdrawn: WITHDRAWN })).toBe(
      "support-bot is back on support-bot@41. Candidate support-bot@42 at 25 % was rolled back at 02:58 UTC (harm was proven), 2 min ago.",
    );
  });

  test("names the change before the trouble, with its second, and not a rollback that was long over", () => {
    const away = [{ model: "sim/swift", since: THREE - 9 * MINUTE }];
    const own = { errors: FAILING, withdrawn: { ...WITHDRAWN, at: THREE - 30 * MINUTE }, cause: APPLIED, away };
    const view = tellNow(
      nowFacts({ endpoints: [endpointNow(own)], alerts: [alertNow({ since: THREE - 30 * MINUTE })] }),
    );
    expect(view.sentence).toBe(
      "support-bot is failing since 02:51 UTC (9 min). Likely cause at 02:50:40 by Ada: The project was applied: providers.openai.timeout. sim/swift has failed since 02:51 UTC (9 min) and is asked only now and then. Errors are at 78 % of 412 calls.",
    );
    expect(view.situations).toMatchObject([{ since: THREE - 9 * MINUTE, cause: APPLIED }]);
  });

  test("owes a recovery to what mended it, and to nothing where nobody knows", () => {
    const errors = { standing: "recovering", since: THREE - 9 * MINUTE, peak: 0.43, share: 0, calls: 90 } as const;
    const again = changeNow({ id: "apply:production:2", at: THREE - 7 * MINUTE - 31_000 });
    const own = { errors, withdrawn: WITHDRAWN, cause: APPLIED, cure: again, until: again.at };
    expect(toldOf(own)).toBe(
      "support-bot was degraded from 02:51 to 02:52 UTC (1 min 29 s). Likely cause at 02:50:40 by Ada: The project was applied: providers.openai.timeout. Probably mended at 02:52:29 by Ada: The project was applied: providers.openai.timeout. Recovering: errors 43 % → 0 %.",
    );
    expect(toldOf({ errors, withdrawn: WITHDRAWN })).toBe(
      "support-bot was degraded from 02:51 UTC (9 min) on. Recovering: errors 43 % → 0 %.",
    );
  });

  test("names a person's return to an earlier release", () => {
    const withdrawn = { ...WITHDRAWN, isReturn: true, startedAt: null, by: "Ada", weight: 1 };
    expect(tellNow(nowFacts({ endpoints: [endpointNow({ withdrawn })] })).situations).toMatchObject([
      {
        situation: "rolled-back",
        weight: "info",
        sentence:
          "support-bot is back on support-bot@41. Release support-bot@42 was rolled back at 02:58 UTC (Ada did it), 2 min ago.",
      },
    ]);
  });

  test("says of which calls a rollback's harm was: those of its candidate, until it was taken back", () => {
    const [one] = tellNow(nowFacts({ endpoints: [endpointNow({ withdrawn: WITHDRAWN })] })).situations;
    expect(one?.harm).toEqual({ since: WITHDRAWN.startedAt, until: WITHDRAWN.at, release: "support-bot@42" });
  });

  test("names the candidate that gets traffic while nothing was done yet", () => {
    const rollout = {
      id: "rol_1",
      candidate: "support-bot@42",
      weight: 0.25,
      holds: ["no_data"],
      heldSince: THREE - 5 * MINUTE,
    } as const;
    expect(toldOf({ errors: { ...FAILING, standing: "degraded", share: 0.061 }, rollout })).toBe(
      "support-bot is degraded since 02:51 UTC (9 min). Candidate support-bot@42 gets 25 % of new sessions and is held: no sessions come. Errors are at 6.1 % of 412 calls. 1 more thing below.",
    );
  });

  test("says that nothing was done where nothing was", () => {
    expect(toldOf({ errors: FAILING })).toBe(
      "support-bot is failing since 02:51 UTC (9 min). No rollout is under way: support-bot@41 serves everybody, and nothing was done by itself. Errors are at 78 % of 412 calls.",
    );
  });

  test("tells a provider's outage that a fallback bears, and one that nobody does", () => {
    const away = [{ model: "openai/gpt-5", since: THREE - 9 * MINUTE }];
    expect(toldOf({ away, served: { calls: 100, fallback: 84 } })).toBe(
      "A model of support-bot is away. openai/gpt-5 has failed since 02:51 UTC (9 min) and is asked only now and then; a fallback answers 84 % of the calls.",
    );
    expect(toldOf({ away, errors: FAILING, served: { calls: 0, fallback: 0 } })).toBe(
      "support-bot is failing since 02:51 UTC (9 min). openai/gpt-5 has failed since 02:51 UTC (9 min) and is asked only now and then. Errors are at 78 % of 412 calls.",
    );
  });

  test("tells a hold, with what is to be looked at before what only waits", () => {
    const held = (holds: readonly ["inconclusive"] | readonly ["srm"]) =>
      tellNow(
        nowFacts({
          endpoints: [
            endpointNow({
              rollout: {
                id: "rol_1",
                candidate: "support-bot@42",
                weight: 0.05,
                holds,
                heldSince: THREE - 40 * MINUTE,
              },
            }),
          ],
        }),
      );
    expect(held(["inconclusive"])).toMatchObject({ situation: "held", weight: "info" });
    expect(held(["srm"])).toMatchObject({
      weight: "warning",
      sentence:
        "support-bot: candidate support-bot@42 is held at 5 % since 02:20 UTC (40 min): sessions are not split as they were drawn.",
    });
  });

  test("tells a budget of all callers that has no room first, before an older trouble that is mended", () => {
    const errors = { standing: "recovering", since: THREE - 9 * MINUTE, peak: 0.26, share: 0, calls: 90 } as const;
    const all = tellNow(nowFacts({ endpoints: [endpointNow({ errors, overBudget: refusing(1) })] }));
    expect(all).toMatchObject({ situation: "budget-exhausted", weight: "critical" });
    expect(all.sentence).toMatch(
      /^The budget company refuses every call of support-bot since 02:57 UTC \(3 min\): 375 of 1,200 calls in five minutes\. It is \$5\.00 a day, and nothing cheaper can answer with what is left\. Also: support-bot was degraded from 02:51 UTC/,
    );
    expect(all.situations.map(({ situation }) => situation)).toEqual(["budget-exhausted", "recovering"]);
  });

  test("weighs a budget of all callers by what it refuses now, and leaves what is one caller's own to them", () => {
    const weightOf = (overBudget: EndpointNow["overBudget"]) =>
      tellNow(nowFacts({ endpoints: [endpointNow({ overBudget })] })).situations.map(({ weight }) => weight);
    expect(weightOf(refusing(0.3))).toEqual(["critical"]);
    expect(weightOf(refusing(0.2))).toEqual(["warning"]);
    expect(weightOf(refusing(0))).toEqual(["info"]);
    expect(toldOf({ overBudget: refusing(0) })).toBe(
      "The budget company has refused calls of support-bot: 375 of 1,200 calls in five minutes, none any more.",
    );
    expect(weightOf({ calls: 37, since: null })).toEqual(["info"]);
    expect(toldOf({ overBudget: { calls: 37, since: THREE - 3 * MINUTE } })).toBe(
      "A budget of one tenant, key or user has no room for their calls of support-bot since 02:57 UTC (3 min): 37 calls refused in five minutes.",
    );
  });

  test("says of an alert that looks at a day since when its calls are well, and counts none later", () => {
    const [since, wellSince] = [THREE - 50 * MINUTE, THREE - 46 * MINUTE + 16_000];
    const summary = "support-bot: 0 % of calls fail (99 % promised)";
    const alert = alertNow({ rule: "slo:answers:page-slow", weight: "critical", since, wellSince, summary });
    expect(tellNow(nowFacts({ alerts: [alert] })).situations).toEqual([
      {
        situation: "alerting",
        weight: "warning",
        endpoint: "support-bot",
        since,
        sentence:
          "Calls of support-bot are well again since 02:14 UTC, after 4 min 16 s. The alert slo:answers:page-slow fires since 02:10 UTC (50 min) and goes on, since it looks at a longer time: support-bot: 0 % of calls fail (99 % promised).",
        brief:
          "Calls of support-bot are well again since 02:14 UTC; the alert slo:answers:page-slow looks at a longer time.",
        harm: { since, until: wellSince, release: null },
      },
    ]);
  });

  test("tells how long something lasts to the second while that matters, and no longer once it is over", () => {
    const errors = { ...FAILING, since: THREE - 116_000 };
    expect(toldOf({ errors })).toMatch(/^support-bot is failing since 02:58 UTC \(1 min 56 s\)\. /);
    expect(toldOf({ errors: { ...errors, since: THREE - 11 * MINUTE - 5_000 } })).toMatch(/ \(11 min\)\. /);
    expect(toldOf({ errors: { ...errors, since: THREE - 59_000 } })).toMatch(/ \(less than a minute\)\. /);
    const over = { ...errors, standing: "recovering", since: THREE - 10 * MINUTE, share: 0 } as const;
    expect(toldOf({ errors: over, until: THREE - 10 * MINUTE + 12_000 })).toMatch(
      /^support-bot was degraded from 02:50 to 02:50 UTC \(12 s\)\. /,
    );
  });

  test("tells pauses, by whom and why", () => {
    const pause = {
      calls: "All calls",
      isAll: true,
      endpoint: null,
      since: THREE - 4 * MINUTE,
      by: "Ada",
      reason: "it promises refunds",
    };
    expect(tellNow(nowFacts({ pauses: [pause] }))).toMatchObject({
      situation: "paused",
      weight: "critical",
      sentence: "All calls are paused since 02:56 UTC (4 min) by Ada: it promises refunds.",
    });
  });

  test("says when the database is away that it does not know", () => {
    const database = { trouble: "the database does not answer", since: THREE - 61 * MINUTE };
    expect(tellNow(nowFacts({ database }))).toMatchObject({
      situation: "unknown",
      weight: "critical",
      sentence:
        "The database is of no use since 01:59 UTC (61 min): the database does not answer. Calls go on; rollouts stand still, and what is shown here is what was known before.",
    });
  });

  test("tells an alert about what the calls do not show, and not twice what they do", () => {
    expect(told({ alerts: [alertNow()] })).toBe(
      "The first token of support-bot takes 2.4 s at p95 (limit 1.5 s). The alert first-token fires since 02:48 UTC (12 min).",
    );
    const both = tellNow(nowFacts({ alerts: [alertNow()], endpoints: [endpointNow({ errors: FAILING })] }));
    expect(both.situations).toHaveLength(1);
    // It fired before the calls failed: it is an older trouble, if it is one.
    expect(both.sentence).toMatch(/^support-bot is failing since 02:51 UTC \(9 min\)/);
  });

  test.each([
    ["rollout-rolled-back", { withdrawn: WITHDRAWN }, {}],
    [
      "rollout-held",
      {
        rollout: { id: "rol_1", candidate: "support-bot@42", weight: 0.05, holds: ["srm"], heldSince: THREE - MINUTE },
      },
      {},
    ],
    ["provider-trouble", { away: [{ model: "openai/gpt-5", since: null }] }, { endpoint: null, model: "openai/gpt-5" }],
    ["budget-share", { overBudget: { calls: 3, since: null } }, { endpoint: null }],
    ["over-limit-share", { overBudget: refusing(1) }, {}],
  ] as const)("has an alert about %s say nothing beside the situation that says it better", (about, own, alert) => {
    const alerts = [alertNow({ rule: "x", about, summary: "The alert's own words", ...alert })];
    const beside = tellNow(nowFacts({ alerts, endpoints: [endpointNow(own)] }));
    expect(beside.situations).toHaveLength(1);
    expect(beside.sentence).not.toContain("The alert's own words");
    const alone = tellNow(nowFacts({ alerts }));
    expect(alone).toMatchObject({ situation: "alerting" });
    expect(alone.sentence).toMatch(/^The alert's own words\. The alert x fires since/);
  });

  test("tells of a model that is away beside another one of which only an alert knows", () => {
    const alerts = [alertNow({ about: "provider-trouble", endpoint: null, model: "openai/other", summary: "Open" })];
    const endpoints = [endpointNow({ away: [{ model: "openai/gpt-5", since: null }] })];
    const { situations } = tellNow(nowFacts({ alerts, endpoints }));
    expect(situations.map(({ situation }) => situation)).toEqual(["provider-trouble", "alerting"]);
  });

  test("tells a pause once, whatever alert there is of it", () => {
    const pause = { calls: "All calls", isAll: true, endpoint: null, since: THREE, by: "Ada", reason: "x" };
    const alerts = [alertNow({ about: "paused", endpoint: null, summary: "Calls are stopped" })];
    expect(tellNow(nowFacts({ alerts, pauses: [pause] })).situations).toHaveLength(1);
    const other = [alertNow({ about: "paused", endpoint: "faq", summary: "Calls are stopped: faq" })];
    expect(
      tellNow(nowFacts({ alerts: other, pauses: [{ ...pause, endpoint: "support-bot" }] })).situations,
    ).toHaveLength(2);
  });

  test("tells a switch and a freeze, with the day where it was not today", () => {
    const switched = [{ model: "openai/gpt-5", since: THREE - 2 * 24 * 60 * MINUTE, by: "Ada" }];
    expect(toldOf({ switched })).toBe(
      "support-bot goes around openai/gpt-5 since 2026-11-19 03:00 UTC (2 days): Ada said so.",
    );
    const freezes = [{ what: "the environment production", since: THREE - MINUTE / 2, by: "Grace" }];
    expect(told({ freezes })).toBe(
      "Rollouts of the environment production are frozen since 02:59 UTC (less than a minute) by Grace.",
    );
  });

  test("tells the worst of several first, and names the next ones", () => {
    const several = tellNow(
      nowFacts({
        endpoints: [
          endpointNow({ endpoint: "faq", away: [{ model: "openai/gpt-5", since: null }] }),
          endpointNow({ errors: FAILING }),
        ],
        freezes: [{ what: "everything", since: THREE, by: "Ada" }],
        alerts: [alertNow({ endpoint: "search", rule: "cost", summary: "search costs too much" })],
      }),
    );
    expect(several.situations.map(({ situation }) => situation)).toEqual([
      "failing",
      "provider-trouble",
      "alerting",
      "frozen",
    ]);
    expect(several.sentence).toBe(
      "support-bot is failing since 02:51 UTC (9 min). No rollout is under way: support-bot@41 serves everybody, and nothing was done by itself. Errors are at 78 % of 412 calls. Also: A model of faq is away: openai/gpt-5. search costs too much. 1 more thing below.",
    );
  });

  test("always has a sentence that ends, and the worst weight of all situations", () => {
    const standing = fc.constantFrom("well", "quiet", "degraded", "failing", "recovering" as const);
    const endpoint = fc.record({ standing, isAway: fc.boolean(), refused: fc.nat(3), isBack: fc.boolean() });
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 4 }), fc.boolean(), (all, isPaused) => {
        const endpoints = all.map(({ standing: kind, isAway, refused, isBack }, index) =>
          endpointNow({
            endpoint: `bot-${index}`,
            errors:
              kind === "well" || kind === "quiet"
                ? { standing: kind, since: null, peak: null, share: null, calls: 0 }
                : { ...FAILING, standing: kind },
            away: isAway ? [{ model: "openai/gpt-5", since: null }] : [],
            overBudget: { calls: refused, since: null },
            withdrawn: isBack ? WITHDRAWN : null,
          }),
        );
        const pause = {
          calls: "Calls of the key key_1",
          isAll: false,
          endpoint: null,
          since: THREE,
          by: "Ada",
          reason: "x",
        };
        const { sentence, weight, situations } = tellNow(nowFacts({ endpoints, pauses: isPaused ? [pause] : [] }));
        expect(sentence).toMatch(/[.]$/);
        expect(sentence).not.toMatch(/undefined|NaN|null/);
        const weights = ["critical", "warning", "info", "ok"];
        expect(situations.every((one) => weights.indexOf(one.weight) >= weights.indexOf(weight))).toBe(true);
      }),
    );
  });
});
