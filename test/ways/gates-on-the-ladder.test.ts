import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";
import type { RolloutView } from "../fixtures/strategy-stage.ts";

const ERRORS = "metrics: { errors: { no_worse: 2 }, latency: false, cost: false }";
const STEPS =
  "steps: [{ weight: 40%, min_duration: 0s, min_sessions: 10 }, { weight: 50%, min_duration: 0s, min_sessions: 10 }, 100%]";

let stage: StrategyStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

async function begin(more: string, errors = ERRORS): Promise<{ stage: StrategyStage; id: string }> {
  const rollout = `{ ${STEPS}, ${errors}, holdback: 0%, drain: 0s, ${more} }`;
  stage = await StrategyStage.start(stageProject("good-2026-01-01", rollout));
  return { stage, id: await stage.apply(stageProject("better-2026-02-01", rollout)) };
}

const gateIn =
  (gate: string, standing: string) =>
  ({ gates }: RolloutView): boolean =>
    gates.some((one) => one.gate === gate && one.standing === standing);

const isCompleted = ({ state }: RolloutView): boolean => state === "completed";

describe("on the way up the ladder", () => {
  test("a freeze keeps the next step from being entered, however many sessions come, and lets it go when it is lifted", async () => {
    const { stage: on, id } = await begin("");
    await on.waitUntil(id, ({ state, weight }) => state === "ramping" && weight === 0.4);
    const frozen = { subject: { type: "everything" }, reason: "The sale is on." };
    const { body } = await on.server.ask("POST", "/api/freezes", frozen);
    await on.waitUntil(id, ({ holds }) => holds.includes("freeze"));
    await on.callNew(60);
    expect(await on.look(id)).toMatchObject({ step: 0, weight: 0.4, holds: ["freeze"] });
    await on.server.ask("POST", `/api/freezes/${(body as { id: string }).id}/lift`, { reason: "Over." });
    await on.driveUntil(id, ({ step }) => step >= 1, 2_000);
  });

  test("a gate of evidence keeps a step closed until its metric is proven, and a soak lets time go by before the promotion", async () => {
    const gates =
      "gates: { proof: { kind: evidence, at: before_step, step: 50%, metrics: [errors] }, bake: { kind: soak, at: before_promotion, for: 1s } }";
    const { stage: on, id } = await begin(gates, ERRORS.replace("no_worse: 2", "no_worse: 1.2"));
    await on.waitUntil(id, ({ state, weight }) => state === "ramping" && weight === 0.4);
    // Enough for the step, too few to prove so much.
    await on.callNew(60);
    const waiting = await on.waitUntil(id, gateIn("proof", "waiting"));
    expect(waiting).toMatchObject({ step: 0 });
    const passed = await on.driveUntil(id, gateIn("proof", "passed"), 6_000);
    expect(passed.metrics.find(({ metric }) => metric === "errors")?.certified).toBe(true);
    await on.driveUntil(id, gateIn("bake", "waiting"), 2_000);
    await on.waitUntil(id, gateIn("bake", "passed"));
    expect((await on.driveUntil(id, isCompleted, 2_000)).outcome).toBe("promoted");
    const facts = await on.facts(id);
    expect(facts.filter((type) => type === "GateDecided")).toHaveLength(2);
  });

  test("a schedule keeps the start closed outside of its windows, and not inside", async () => {
    const window = (from: number, until: number): string =>
      `gates: { hours: { kind: schedule, at: before_start, windows: [{ from: ${from}-01-01, until: ${until}-01-01 }] } }`;
    const { stage: on, id } = await begin(window(2098, 2099));
    const closed = await on.waitUntil(id, gateIn("hours", "waiting"));
    expect(closed).toMatchObject({ state: "pending", started_at: null });
    expect(closed.explanation).toContain("hours");
    await on.tell(id, "cancel");
    const open = `{ ${STEPS}, ${ERRORS}, holdback: 0%, drain: 0s, ${window(2020, 2099)} }`;
    const next = await on.apply(stageProject("same-2026-04-01", open));
    await on.waitUntil(next, ({ state }) => state === "ramping");
  });
});

test("a canary whose copies prove it no worse goes up its ladder, and both proofs are computed again to the same bits", async () => {
  const rollout = `{ shadow: { sample: 100%, min_duration: 0s, min_pairs: 20, deadline: 1h }, ${STEPS}, ${ERRORS}, holdback: 0%, drain: 0s }`;
  // Of two that are alike one in a hundred is rolled back for nothing before its proof; the better one hardly ever is.
  stage = await StrategyStage.start(stageProject("good-2026-01-01", rollout));
  const on = stage;
  const id = await on.apply(stageProject("better-2026-02-01", rollout));
  await on.waitUntil(id, ({ state }) => state === "shadowing");
  const ladder = await on.driveUntil(id, ({ state }) => state !== "shadowing", 6_000);
  expect(ladder.shadow?.metrics.find(({ metric }) => metric === "errors")?.no_worse.crossed).toBe(true);
  await on.driveUntil(id, isCompleted, 12_000);
  expect(await on.facts(id)).toEqual(
    expect.arrayContaining(["ShadowPassed", "NoWorseCertified", "StablePointerMoved"]),
  );
  const { house } = on.server.server;
  await house.delivery.log.flush();
  let said = "";
  const environment = { ROLLWARD_URL: on.server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(["--json", "rollout", "replay", id], environment, (text) => (said += text));
  const { decisions } = JSON.parse(said) as { decisions: { facts: string[]; result: string }[] };
  expect(decisions.filter(({ result }) => result !== "same")).toEqual([]);
  expect(decisions.flatMap(({ facts }) => facts)).toEqual(expect.arrayContaining(["ShadowPassed", "NoWorseCertified"]));
  expect(code).toBe(0);
});
