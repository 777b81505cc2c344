import { afterEach, describe, expect, test } from "vitest";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";
import type { RolloutView } from "../fixtures/strategy-stage.ts";

/** Only errors count, and nothing is held for silence: a machine under load may be slow to call. */
const ERRORS = "metrics: { errors: { no_worse: 2 }, latency: false, cost: false }";

const GOOD = "good-2026-01-01";
const BETTER = "better-2026-02-01";
const BAD = "bad-2026-03-01";
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

describe("blue-green", () => {
  const policy = `{ strategy: blue_green, ${ERRORS}, holdback: 0%, drain: 0s }`;

  test("the candidate is had by its name alone, until a person switches everybody at once; one command returns", async () => {
    const { stage, id } = await begin(policy, BETTER);
    const view = await stage.waitUntil(id, isAsked);
    expect(view).toMatchObject({ state: "ramping", weight: 0, preview: id });
    expect(view.explanation).toContain("In preview (only who asks for it by name gets it)");

    const usual = await stage.callNew(40);
    expect(new Set(usual.map(({ release }) => release))).toEqual(new Set(["support-bot@1"]));
    for (const preview of [id, "support-bot@2"]) {
      expect(await stage.ask({ session: "tester", preview })).toMatchObject({
        release: "support-bot@2",
        placement: "preview",
      });
    }
    expect(await stage.ask({ session: "tester" })).toMatchObject({ release: "support-bot@1", placement: null });
    expect(await stage.ask({ session: "tester", preview: "support-bot@9" })).toMatchObject({
      status: 404,
      error: "preview_not_found",
    });

    expect(await stage.tell(id, "approve")).toMatchObject({ status: 200 });
    const promoted = await stage.waitUntil(id, isIn("completed"));
    expect(promoted.explanation).toContain("its gates were clear");
    const after = await stage.callNew(20);
    expect(new Set(after.map(({ release }) => release))).toEqual(new Set(["support-bot@2"]));

    const dropped = stageProject(BETTER, policy);
    const without = dropped["rollward.yaml"]?.replace(/ {6}good-2026-01-01:[\s\S]*?failures.*\n/, "") ?? "";
    await expect(stage.send({ "rollward.yaml": without })).rejects.toThrow("support-bot@1 is kept warm until");
    const back = await stage.server.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "Users complain." });
    expect(back).toMatchObject({ status: 200, body: { stable: "support-bot@1" } });
    expect((await stage.callNew(1))[0]?.release).toBe("support-bot@1");
  });

  test("a key made for previews is given the candidate, and its calls are no evidence", async () => {
    const { stage, id } = await begin(policy, BETTER);
    await stage.waitUntil(id, isAsked);
    const wish = { name: "tester", scopes: ["inference", "preview"] };
    const { body } = await stage.server.ask("POST", "/api/keys", wish);
    const { secret } = body as { secret: string };
    expect(await stage.ask({ session: "mine", key: secret })).toMatchObject({
      release: "support-bot@2",
      arm: "candidate",
    });
    expect((await stage.look(id)).sessions).toEqual({ stable: 0, candidate: 0 });
  });

  test("gates stand before the switch and behind it", async () => {
    const gates =
      "gates: { looked-at: { kind: manual, at: before_promotion }, watched: { kind: manual, at: after_switch } }";
    const gated = `{ strategy: blue_green, preview: { approval: false }, ${ERRORS}, ${gates}, holdback: 0%, drain: 0s }`;
    const { stage, id } = await begin(gated, BETTER);
    const pass = (gate: string) =>
      stage.server.ask("POST", `/api/rollouts/${id}/gates/${gate}`, { verdict: "pass", reason: "Seen." });
    await stage.waitUntil(id, ({ explanation }) => explanation.includes("looked-at"));
    expect(await stage.stable()).toBe("support-bot@1");
    expect(await pass("looked-at")).toMatchObject({ status: 200 });
    const switched = await stage.waitUntil(id, isIn("draining"));
    expect(switched.weight).toBe(1);
    expect(await stage.stable()).toBe("support-bot@2");
    await stage.waitUntil(id, ({ gates: asked }) =>
      asked.some(({ gate, standing }) => gate === "watched" && standing === "waiting"),
    );
    expect(await pass("watched")).toMatchObject({ status: 200 });
    expect((await stage.waitUntil(id, isIn("completed"))).outcome).toBe("promoted");
  });

  test("harm that shows behind the switch moves the pointer back by itself", async () => {
    const watched = `{ strategy: blue_green, preview: { approval: false }, ${ERRORS}, holdback: 20%, bake: 5m, drain: 0s }`;
    const { stage, id } = await begin(watched, BAD);
    const baking = await stage.waitUntil(id, isIn("draining"));
    expect(baking).toMatchObject({ weight: 1, holdback: 0.2 });
    expect(await stage.stable()).toBe("support-bot@2");
    const view = await stage.driveUntil(id, isIn("rolled_back"), 2_000);
    expect(view.explanation).toMatch(/^Rolled back: errors are/);
    expect(await stage.stable()).toBe("support-bot@1");
    expect(await stage.facts(id)).toContain("HarmCrossed");
  });
});

describe("instant", () => {
  test("everybody is switched at once, but for the holdback, which the promotion is compared with", async () => {
    const policy = `{ strategy: instant, ${ERRORS}, holdback: 20%, bake: 5m, drain: 0s }`;
    const { stage, id } = await begin(policy, SAME);
    const view = await stage.waitUntil(id, isIn("draining"));
    expect(view.explanation).toContain("watched against 20 % on the release before");
    const answers = await stage.callNew(100);
    const held = answers.filter(({ placement }) => placement === "holdback");
    expect(held.every(({ release, arm }) => release === "support-bot@1" && arm === "stable")).toBe(true);
    // Of 100 drawn at 20 % two or fewer, or 45 or more, are held once in ten million times.
    expect(held.length).toBeGreaterThan(2);
    expect(held.length).toBeLessThan(45);
    const { sessions } = await stage.look(id);
    expect(sessions?.candidate).toBe(100 - held.length);
  });
});

describe("dark", () => {
  test("nobody is given it before a person starts the ladder behind it", async () => {
    const policy = `{ strategy: dark, steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%], ${ERRORS}, holdback: 0%, drain: 0s, on_new_release: queue }`;
    const { stage, id } = await begin(policy, BETTER);
    const dark = await stage.waitUntil(id, isAsked);
    expect(dark.explanation).toContain("Deployed, not released");
    const before = await stage.callNew(40);
    expect(before.every(({ release }) => release === "support-bot@1")).toBe(true);
    expect(await stage.ask({ session: "tester", preview: id })).toMatchObject({ release: "support-bot@2" });
    expect(await stage.tell(id, "start")).toMatchObject({ status: 200 });
    const view = await stage.driveUntil(id, isIn("completed"), 6_000);
    expect(view.outcome).toBe("promoted");
  });
});

describe("flag", () => {
  test("only calls that meet the condition may get the candidate, and the kill switch takes it from all", async () => {
    const policy = `{ strategy: flag, target: { attribute: plan, equals: pro }, steps: [50%], ${ERRORS} }`;
    const { stage, id } = await begin(policy, SAME);
    await stage.waitUntil(id, ({ activity }) => activity === "observing");
    const others = await stage.callNew(40, { metadata: { plan: "free" } });
    expect(others.every(({ release, arm }) => release === "support-bot@1" && arm === "stable")).toBe(true);
    const meant = await stage.callNew(100, { metadata: { plan: "pro" } });
    const given = meant.filter(({ release }) => release === "support-bot@2");
    // Once in two million times not.
    expect(given.length).toBeGreaterThan(25);
    expect(given.length).toBeLessThan(75);
    const { sessions, explanation, eta_note: note } = await stage.look(id);
    expect((sessions?.stable ?? 0) + (sessions?.candidate ?? 0), "everyone else is no evidence").toBe(100);
    expect(explanation).toContain("On for 50 % of those it is for");
    expect(note).toContain("stays until a person");
    expect(await stage.tell(id, "abort")).toMatchObject({ status: 200 });
    const after = await stage.callNew(20, { metadata: { plan: "pro" } });
    expect(after.every(({ release }) => release === "support-bot@1")).toBe(true);
  });
});

describe("shadow", () => {
  test("no session is given the candidate, and without a ladder it ends as observed", async () => {
    const policy = `{ strategy: shadow, shadow: { min_duration: 0s, deadline: 5s }, ${ERRORS} }`;
    const { stage, id } = await begin(policy, SAME);
    const view = await stage.waitUntil(id, isIn("shadowing"));
    expect(view.explanation).toContain("The candidate answers copies of 10 % of stable's sessions, and nobody sees it");
    const answers = await stage.callNew(40);
    expect(answers.every(({ release }) => release === "support-bot@1")).toBe(true);
    expect(await stage.ask({ session: "tester", preview: id })).toMatchObject({ release: "support-bot@2" });
    const end = await stage.waitUntil(id, isIn("completed"));
    expect(end).toMatchObject({ outcome: "observed", weight: 0 });
    expect(await stage.stable()).toBe("support-bot@1");
  });

  test("a canary may begin with copies and goes on up its ladder", async () => {
    const policy = `{ shadow: { min_duration: 0s, deadline: 1s }, on_inconclusive: promote_unproven, steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%], ${ERRORS}, holdback: 0%, drain: 0s }`;
    const { stage, id } = await begin(policy, BETTER);
    await stage.waitUntil(id, isIn("ramping"));
    expect(await stage.facts(id)).toContain("ShadowPassed");
    expect((await stage.driveUntil(id, isIn("completed"), 6_000)).outcome).toBe("promoted");
  });
});

describe("canary", () => {
  test("after the promotion a holdback goes on watching: the log has its evidence apart, and the end is promoted", async () => {
    const policy = `{ steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%], ${ERRORS}, holdback: 20%, bake: 6s, drain: 0s }`;
    const { stage, id } = await begin(policy, BETTER);
    await stage.driveUntil(id, isIn("draining"), 6_000);
    const baking = await stage.driveUntil(
      id,
      ({ sessions: seen }) => seen !== null && seen.stable > 0 && seen.stable < 100,
      400,
    );
    expect(baking.state).toBe("draining");
    const view = await stage.waitUntil(id, isIn("completed"));
    expect(view.outcome).toBe("promoted");
  });
});

describe("a window that ends before a call has had its time", () => {
  test("is warned of in both durations; one that says nothing is long enough", async () => {
    stage = await StrategyStage.start(stageProject(GOOD, `{ ${ERRORS} }`));
    const hasty = await stage.send(stageProject(BETTER, `{ ${ERRORS}, window: { within: 2m } }`), true);
    expect(hasty.warnings?.join(" ")).toMatch(/after 2 min as a failure, and a call may take 10 min/);
    const patient = await stage.send(stageProject(BETTER, `{ ${ERRORS} }`), true);
    expect(patient.warnings?.join(" ")).not.toMatch(/may take/);
  });
});

describe("a plan that can never promote", () => {
  test("is refused with the reason and the sessions that it would take", async () => {
    stage = await StrategyStage.start(stageProject(GOOD, `{ ${ERRORS} }`));
    const never = "{ strategy: blue_green, metrics: { errors: { required: true }, latency: false, cost: false } }";
    const sent = stage.send(stageProject(BETTER, never), true);
    await expect(sent).rejects.toThrow(/could never be promoted: it requires errors .* about [\d,]+ sessions/);
  });

  test("and one that hardly can is warned of with the numbers", async () => {
    stage = await StrategyStage.start(stageProject(GOOD, `{ ${ERRORS} }`));
    const slow = `{ deadline: 1d, expected_sessions_per_day: 500, ${ERRORS} }`;
    const { warnings, endpoints } = await stage.send(stageProject(BETTER, slow), true);
    expect(warnings?.join(" ")).toMatch(
      /takes about [\d,]+ sessions on 25 %, if one in a hundred fails, to prove errors no worse: .* at 500 sessions a day/,
    );
    const fine = `{ deadline: 60d, expected_sessions_per_day: 500, ${ERRORS} }`;
    const answer = await stage.send(stageProject(BETTER, fine), true);
    expect(answer.warnings).toEqual([]);
    expect(answer.endpoints[0]?.outlook.join(" ")).toContain("at 500 sessions a day, as the plan expects");
    expect(endpoints[0]?.outlook).toEqual([]);
  });
});

describe("models that cost nothing", () => {
  const LADDER = "steps: [{ weight: 50%, min_duration: 0s }, 100%]";
  /** The same project with models whose price is nothing. */
  const free = (model: string, rollout: string): Record<string, string> => ({
    "rollward.yaml": (stageProject(model, rollout)["rollward.yaml"] ?? "")
      .split("\n")
      .map((line) =>
        line.trimStart().startsWith("price:")
          ? `${line.slice(0, line.indexOf("price:"))}price: { input: 0, output: 0 }`
          : line,
      )
      .join("\n"),
  });
  const costIn = async (rollout: string): Promise<unknown> => {
    const { body } = await (stage as StrategyStage).server.ask("GET", `/api/rollouts/${rollout}/events?limit=1`);
    const [{ fact }] = (body as { data: [{ fact: { plan: { metrics: { metric: string; required: boolean }[] } } }] })
      .data;
    return fact.plan.metrics.find(({ metric }) => metric === "cost")?.required;
  };

  test("need not prove their cost, which is said; a policy that requires it all the same is warned of", async () => {
    stage = await StrategyStage.start(free(GOOD, `{ ${LADDER} }`));
    const said = /does not have to prove cost no worse, because no model of either release costs anything/;
    const planned = await stage.send(free(BETTER, `{ ${LADDER} }`), true);
    expect(planned.endpoints[0]?.outlook.join(" ")).toMatch(said);
    const stubborn = `{ ${LADDER}, metrics: { cost: { required: true } } }`;
    const doubted = await stage.send(free(BETTER, stubborn), true);
    expect(doubted.warnings?.join(" ")).toMatch(/support-bot requires cost to be proven no worse, and no model/);
    const applied = await stage.send(free(BETTER, `{ ${LADDER} }`));
    expect(applied.endpoints[0]?.outlook.join(" ")).toMatch(said);
    expect(await costIn(applied.endpoints[0]?.rollout ?? "")).toBe(false);
  });
});
