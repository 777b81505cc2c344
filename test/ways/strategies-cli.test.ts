import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, writeProject } from "../fixtures/running-server.ts";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";

const BLUE_GREEN =
  "{ strategy: blue_green, metrics: { errors: true, latency: false, cost: false }, holdback: 0%, drain: 0s }";
const AB =
  "{ strategy: ab, test: { goal: errors, baseline: 20%, effect: 50% }, metrics: { errors: true, latency: false, cost: false }, expected_sessions_per_day: 1000, on_new_release: supersede }";

let stage: StrategyStage;

beforeAll(async () => {
  stage = await StrategyStage.start(stageProject("good-2026-01-01", BLUE_GREEN));
});

afterAll(() => stage.stop());

async function rollward(...args: readonly string[]): Promise<string> {
  let text = "";
  const environment = { ROLLWARD_URL: stage.server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  await runCli(args, environment, (more) => (text += more));
  return text;
}

test("a test says what it takes before it starts, and how far it is while it runs", async () => {
  const candidate = stageProject("same-2026-04-01", AB);
  const diff = await rollward("diff", writeProject(candidate));
  expect(diff).toMatch(
    /The rollout ends after [\d,]+ sessions, in which a change of 50 % in errors is found .* at 1,000 sessions a day/,
  );
  const id = await stage.apply(candidate);
  await stage.waitUntil(id, ({ activity }) => activity === "observing");
  await stage.callNew(20);
  const look = (): Promise<string> => rollward("rollout", "watch", "support-bot", "--once");
  // A rate of sessions needs time that was observed: a look or two.
  await expect.poll(look).toContain("to the planned end of the test; a winner may be proven before");
  const watched = await look();
  expect(watched).toContain("A/B test at 50 %: it ends with a winner by errors, or after");
  expect(watched).toMatch(/A\/B test on errors: \d+ of \d+ sessions/);
});

test("a preview says how it is had, and a key made for it has it always", async () => {
  const id = await stage.apply(stageProject("better-2026-02-01", BLUE_GREEN));
  await stage.waitUntil(id, ({ activity }) => activity === "awaiting_approval");
  const watched = await rollward("rollout", "watch", "support-bot", "--once");
  expect(watched).toContain(`call support-bot with the header x-rollward-preview: ${id}`);
  expect(watched).toContain("a person decides when it goes on");
  const { secret } = JSON.parse(await rollward("keys", "create", "tester", "--preview", "--json")) as {
    secret: string;
  };
  expect(await stage.ask({ session: "mine", key: secret })).toMatchObject({ placement: "preview" });
});
