import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { nowView } from "../../src/contract/now.ts";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";

type Action = z.output<typeof nowView>["actions"][number];

const GOOD = "good-2026-01-01";
const BETTER = "better-2026-02-01";
const SAME = "same-2026-04-01";

let stage: StrategyStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

/** support-bot@1 serves, and support-bot@2 is rolled out by a policy. */
async function begin(rollout: string): Promise<{ readonly stage: StrategyStage; readonly id: string }> {
  const started = await StrategyStage.start(stageProject(GOOD, rollout));
  stage = started;
  return { stage: started, id: await started.apply(stageProject(BETTER, rollout)) };
}

/** What Now says of rolling back. */
async function offered({ server }: StrategyStage): Promise<Action> {
  const { status, body } = await server.ask("GET", "/api/now?endpoint=support-bot");
  expect(status).toBe(200);
  const [action] = (body as z.output<typeof nowView>).actions;
  if (action?.action !== "roll-back") throw new Error("Rolling back comes first.");
  return action;
}

/** Waits until Now says it in these words; what a rollout has done is seen a moment later. */
async function offeredAs(own: StrategyStage, label: string): Promise<Action> {
  await expect.poll(async () => (await offered(own)).label).toBe(label);
  return offered(own);
}

/** Sends exactly the request that was offered, with a reason. */
function send(
  { server }: StrategyStage,
  { request }: Action,
): Promise<{ readonly status: number; readonly body: unknown }> {
  if (request === null) throw new Error("There is nothing to send.");
  return server.ask(request.method, request.path, { ...request.body, reason: "Users complain." });
}

const stateOf = async (own: StrategyStage, id: string): Promise<string> => (await own.look(id)).state;

/** 50 % of new sessions get the candidate, for longer than any test. */
const HALF =
  "{ strategy: canary, steps: [{ weight: 50%, min_duration: 1h }, 100%], deadline: 2h, drain: 0s, holdback: 0%, metrics: { latency: false, cost: false } }";

describe("rolling back as Now offers it", () => {
  test("takes a candidate out of traffic that gets some", async () => {
    const { stage: own, id } = await begin(HALF);
    await own.waitUntil(id, ({ weight }) => weight === 0.5);
    const action = await offeredAs(own, "Roll back to support-bot@1");
    expect(action).toMatchObject({
      effect: expect.stringMatching(
        /^Takes support-bot@2 \(50 % of new sessions\) out of traffic within a second, .*: everybody gets support-bot@1\./,
      ) as string,
      request: { body: { from: "support-bot@2" } },
    });
    expect(await send(own, action)).toMatchObject({ status: 200, body: { rollout: id, stable: "support-bot@1" } });
    const answers = await own.callNew(20);
    expect(new Set(answers.map(({ release }) => release))).toEqual(new Set(["support-bot@1"]));
    await expect.poll(() => stateOf(own, id)).toBe("rolled_back");
  });

  test.for([
    ["shadow stage", "{ strategy: shadow, shadow: { sample: 100%, min_duration: 1h, min_pairs: 1000 } }", "shadowing"],
    ["preview", "{ strategy: blue_green, holdback: 0%, drain: 0s }", "ramping"],
    ["dark launch", "{ strategy: dark, steps: [{ weight: 50%, min_duration: 1h }, 100%], deadline: 2h }", "ramping"],
  ] as const)("says that it ends the %s of a candidate that no user gets, and moves nobody", async (told) => {
    const [name, policy, state] = told;
    const { stage: own, id } = await begin(policy);
    await own.waitUntil(id, (view) => view.state === state);
    const action = await offeredAs(own, `Roll back: end the ${name} of support-bot@2`);
    expect(action.effect).toContain(`Ends the ${name} of support-bot@2 within a second, on every replica`);
    expect(action.effect).toContain("Users stay on support-bot@1.");
    expect(await send(own, action)).toMatchObject({ status: 200, body: { rollout: id, stable: "support-bot@1" } });
    await expect.poll(() => stateOf(own, id)).toBe("rolled_back");
    expect(await own.stable()).toBe("support-bot@1");
    await expect.poll(async () => (await offered(own)).request).toBeNull();
  });

  test("takes a promotion back that is still watched", async () => {
    const { stage: own, id } = await begin("{ strategy: instant, holdback: 0%, bake: 1h, drain: 1h }");
    await own.waitUntil(id, ({ state }) => state === "draining");
    const action = await offeredAs(own, "Roll back to support-bot@1");
    expect(action.effect).toContain("Rolls support-bot@2 back, which was promoted and is still watched");
    expect(await send(own, action)).toMatchObject({ status: 200, body: { rollout: id, stable: "support-bot@1" } });
    expect(await own.stable()).toBe("support-bot@1");
  });

  test("says what a person has already taken back, goes one release further back as it says, and then no further", async () => {
    const { stage: own, id: first } = await begin("{ strategy: instant, holdback: 0%, bake: 0s, drain: 0s }");
    await own.waitUntil(first, ({ state }) => state === "completed");
    const plain = await offeredAs(own, "Roll back to support-bot@1");
    expect(plain.request?.body).toEqual({ from: "support-bot@2" });
    const third = await own.apply(stageProject(SAME, HALF));
    await own.waitUntil(third, ({ weight }) => weight === 0.5);
    // Who still reads what was so before does not take back something else.
    expect(await send(own, plain)).toMatchObject({
      status: 409,
      body: {
        error: { code: "rollout_conflict", message: expect.stringContaining("rolls support-bot@3 back") as string },
      },
    });
    expect(await stateOf(own, third)).toBe("ramping");
    expect(await send(own, await offeredAs(own, "Roll back to support-bot@2"))).toMatchObject({ status: 200 });
    await expect.poll(() => stateOf(own, third)).toBe("rolled_back");

    const further = await offeredAs(own, "Roll back further, to support-bot@1");
    expect(further.effect).toMatch(
      /^support-bot@3 was already rolled back by ROLLWARD_ADMIN_KEY at \d\d:\d\d UTC, and support-bot is served by support-bot@2\. This goes one release further back, from support-bot@2 to support-bot@1: /,
    );
    expect(further.request?.body).toEqual({ from: "support-bot@2", again: true });
    expect(await send(own, plain)).toMatchObject({ status: 409, body: { error: { code: "already_rolled_back" } } });
    expect(await own.stable()).toBe("support-bot@2");
    expect(await send(own, further)).toMatchObject({ status: 200, body: { stable: "support-bot@1" } });
    expect(await own.stable()).toBe("support-bot@1");
    // Two people may have read the same page.
    expect(await send(own, further)).toMatchObject({ status: 409, body: { error: { code: "rollout_conflict" } } });
    expect(await own.stable()).toBe("support-bot@1");
    await expect
      .poll(async () => (await offered(own)).why_not)
      .toMatch(/^support-bot@2 was already rolled back by .* There is no promotion before it to return from\.$/);
    // The command says the same, and asks nobody to say that it is meant.
    expect(await own.server.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "Again!" })).toMatchObject({
      status: 409,
      body: {
        error: {
          code: "rollout_conflict",
          message: expect.stringMatching(
            /^support-bot@2 was rolled back by .* ago, and support-bot is served by support-bot@1\. There is no promotion before it to return from\./,
          ) as string,
        },
      },
    });
  });

  test("is not offered where the release before uses a model that is gone, and says so", async () => {
    const instant = "{ strategy: instant, holdback: 0%, bake: 0s, drain: 0s, warm: 0s }";
    const { stage: own, id } = await begin(instant);
    await own.waitUntil(id, ({ state }) => state === "completed");
    const text = stageProject(BETTER, instant)["rollward.yaml"] ?? "";
    const without = text.replace(/ {6}good-2026-01-01:[\s\S]*?failures.*\n/, "");
    expect((await own.send({ "rollward.yaml": without })).mistakes).toEqual([]);
    await expect
      .poll(async () => await offered(own))
      .toMatchObject({
        request: null,
        why_not: expect.stringContaining(
          "support-bot@1, the release before support-bot@2, uses a model that is not",
        ) as string,
      });
  });
});
