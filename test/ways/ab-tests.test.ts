import { afterEach, describe, expect, test } from "vitest";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";
import type { RolloutView } from "../fixtures/strategy-stage.ts";

/** Only errors count, and nothing is held for silence: a machine under load may be slow to call. */
const ERRORS = "metrics: { errors: { no_worse: 2 }, latency: false, cost: false }";

const GOOD = "good-2026-01-01";
const BETTER = "better-2026-02-01";
const SAME = "same-2026-04-01";

let stage: StrategyStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

async function begin(rollout: string, candidate: string): Promise<{ stage: StrategyStage; id: string }> {
  const started = await StrategyStage.start(stageProject(GOOD, rollout));
  stage = started;
  return { stage: started, id: await started.apply(stageProject(candidate, rollout)) };
}

const isAsked = ({ activity }: RolloutView): boolean => activity === "awaiting_approval";
const isIn =
  (state: string) =>
  (view: RolloutView): boolean =>
    view.state === state;

describe("A/B", () => {
  const policy = (test: string): string =>
    `{ strategy: ab, variants: { stable: 50%, candidate: 50% }, test: { goal: errors, baseline: 20%, ${test} }, ${ERRORS}, holdback: 0%, drain: 0s, expected_sessions_per_day: 1000 }`;

  test("a winner is named when it is proven, and a person is asked before it is promoted", async () => {
    const { stage, id } = await begin(policy("effect: 100%"), BETTER);
    const planned = await stage.look(id);
    expect(planned.test).toMatchObject({ goal: "errors", effect: 1, winner: null });
    expect(planned.test?.planned_sessions).toBeGreaterThan(50);
    const found = await stage.driveUntil(id, isAsked, 4_000);
    expect(found.test?.winner).toBe("candidate");
    expect(found.explanation).toContain("the candidate is proven better; a person must decide");
    expect(await stage.tell(id, "approve")).toMatchObject({ status: 200 });
    const view = await stage.waitUntil(id, isIn("completed"));
    expect(view.explanation).toContain("proven better than the release before by errors");
    expect(await stage.stable()).toBe("support-bot@2");
  });

  test("the goal may be what the application counts itself", async () => {
    const metrics =
      "metrics: { errors: false, latency: false, cost: false, business: { sold: { event: good, within: 3s } } }";
    const selling = `{ strategy: ab, test: { goal: sold, baseline: 20%, effect: 100%, winner: promote }, ${metrics}, holdback: 0%, drain: 0s }`;
    const { stage, id } = await begin(selling, SAME);
    let view = await stage.waitUntil(id, ({ activity }) => activity === "observing");
    expect(view.test).toMatchObject({ goal: "business:sold" });
    for (let sold = 0; view.state === "ramping" && sold < 2_000; sold += 20) {
      const calls = await stage.callNew(20);
      // Six in ten buy from the candidate, two in ten from stable.
      const isSold = (arm: string | null, index: number): boolean => index % 10 < (arm === "candidate" ? 6 : 2);
      const values = calls.map(({ call, arm }, index) => ({ id: call, call, name: "sold", value: isSold(arm, index) }));
      await stage.server.ask("POST", "/v1/metrics", { metrics: values });
      view = await stage.look(id);
    }
    const end = await stage.waitUntil(id, isIn("completed"));
    expect(end.explanation).toContain("proven better than the release before by sold");
  });

  test("without a difference of the size that was looked for it ends at the planned size, and stable stays", async () => {
    const { stage, id } = await begin(policy("effect: 100%"), SAME);
    const { test: planned } = await stage.look(id);
    const view = await stage.driveUntil(id, isIn("completed"), 4_000);
    expect(view.outcome).toBe("observed");
    expect(view.test?.winner).toBe("none");
    expect(view.explanation).toContain(
      "no difference of 100 % in errors was found, which is the size that was looked for",
    );
    expect(planned?.planned_days).toBeGreaterThan(0);
    expect(await stage.stable()).toBe("support-bot@1");
  });

  test("shares that do not add up, and a test that looks for nothing, are mistakes", async () => {
    stage = await StrategyStage.start(stageProject(GOOD, `{ ${ERRORS} }`));
    const wrong = `{ strategy: ab, variants: { stable: 50%, candidate: 60% }, ${ERRORS} }`;
    const { mistakes } = await stage.send(stageProject(BETTER, wrong));
    expect(mistakes.map(({ message }) => message)).toEqual([
      "endpoints.support-bot.rollout: an A/B test must say what it looks for",
      "endpoints.support-bot.rollout.variants: the shares add up to 110%; they must add up to 100%",
    ]);
  });
});
