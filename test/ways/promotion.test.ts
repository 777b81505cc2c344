import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import { startTwoEnvironments } from "../fixtures/two-environments.ts";
import type { TwoEnvironments, TwoEnvironmentsTerms } from "../fixtures/two-environments.ts";

let world: TwoEnvironments;

afterEach(() => world.stop());

/** Production goes out by half and waits; staging at once. */
const POLICIES = {
  endpoint: "    rollout: { strategy: canary, steps: [{ weight: 50%, min_duration: 1h }, 100%], drain: 0s, bake: 0s }",
  staging: `    endpoints:
      bot: { rollout: { strategy: instant, drain: 0s, bake: 0s } }`,
};

const next = (temperature: number): TwoEnvironmentsTerms => ({
  ...POLICIES,
  endpoint: `    parameters: { temperature: ${temperature} }\n${POLICIES.endpoint}`,
});

/** Runs the command line against the server; answers its exit code and what it said. */
async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: world.server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return { code, text };
}

interface RolloutView {
  readonly id: string;
  readonly state: string;
  readonly weight: number;
  readonly strategy: string;
  readonly candidate: string;
}

async function rolloutsIn(environment: string, query = ""): Promise<readonly RolloutView[]> {
  const path = `/api/rollouts?environment=${environment}${query}`;
  return ((await world.ask(ADMIN_KEY, ["GET", path])).body as { data: readonly RolloutView[] }).data;
}

/** Applies a release in staging and waits until it is stable there. */
async function stage(temperature: number): Promise<void> {
  await world.apply(next(temperature), "staging");
  await expect.poll(() => rolloutsIn("staging", "&open=true"), { timeout: 60_000 }).toEqual([]);
}

describe("a promotion", () => {
  test("takes the same digest on, by the policy of where it goes, and is refused a second time", async () => {
    world = await startTwoEnvironments(POLICIES);
    await stage(0.5);
    const { code, text } = await run(
      "promote",
      "bot",
      "--from",
      "staging",
      "--to",
      "production",
      "--reason",
      "Well done.",
    );
    expect(text).toMatch(
      /^bot@2 \([0-9a-f]{12}\) was promoted from staging to production: it goes out by rollout \(rol_/,
    );
    expect(code).toBe(0);
    const [opened] = await rolloutsIn("production", "&open=true");
    expect(opened).toMatchObject({ candidate: "bot@2", strategy: "canary" });
    const id = opened?.id ?? "";
    const events = await world.ask(ADMIN_KEY, ["GET", `/api/rollouts/${id}/events?limit=10`]);
    expect(events.body).toMatchObject({ data: [{ reason: "Well done." }, {}] });
    await expect
      .poll(async () => (await world.ask(ADMIN_KEY, ["GET", `/api/rollouts/${id}`])).body)
      .toMatchObject({ weight: 0.5 });
    const again = await run("promote", "bot", "--from", "staging", "--to", "production");
    expect(again.code).toBe(1);
    expect(again.text).toContain(`production is rolling bot@2 out already (${id}`);
    const command = { command: "promote", reason: "The test says so." };
    await world.ask(ADMIN_KEY, ["POST", `/api/rollouts/${id}/commands`], command);
    await expect.poll(() => rolloutsIn("production", "&open=true"), { timeout: 60_000 }).toEqual([]);
    expect((await world.call(world.keys.production)).release).toBe("bot@2");
    expect(world.upstreams.production.asked).toHaveLength(1);
    const third = await run("promote", "bot", "--from", "staging", "--to", "production");
    expect(third.text).toContain("production serves bot@2 already.");
  });

  test("is refused for what is not stable there, unless somebody says why, and never from the middle of a rollout", async () => {
    world = await startTwoEnvironments(POLICIES);
    await stage(0.5);
    await stage(0.6);
    const path = ["promote", "bot", "--from", "staging", "--to", "production", "--release", "bot@2"] as const;
    const refused = await run(...path);
    expect(refused.code).toBe(1);
    expect(refused.text).toContain("bot@2 is not stable in staging: bot@3 is.");
    const forced = await run(...path, "--force-reason", "bot@3 is too dear.");
    expect(forced.code).toBe(0);
    const [opened] = await rolloutsIn("production", "&open=true");
    const events = await world.ask(ADMIN_KEY, ["GET", `/api/rollouts/${opened?.id}/events?limit=1`]);
    expect(events.body).toMatchObject({
      data: [{ reason: "It was promoted from staging. It was not stable there: bot@3 is too dear." }],
    });
    const slow = {
      ...next(0.7),
      staging: POLICIES.staging.replace("strategy: instant", "steps: [{ weight: 5%, min_duration: 1h }, 100%]"),
    };
    await world.apply(slow, "staging");
    const busy = await run(
      "promote",
      "bot",
      "--from",
      "staging",
      "--to",
      "production",
      "--release",
      "4",
      "--force-reason",
      "Now.",
    );
    expect(busy.code).toBe(1);
    expect(busy.text).toContain("staging is itself still rolling bot@4 out");
  });

  test("is refused where a model, the endpoint or the environment is not there, in words that say what to do", async () => {
    world = await startTwoEnvironments({ ...POLICIES, staging: `${STAGED_MODEL}${POLICIES.staging}` });
    await world.apply(
      { ...POLICIES, staging: `${STAGED_MODEL}${POLICIES.staging}`, endpoint: POLICIES.endpoint },
      "staging",
    );
    const there = await run("promote", "bot", "--from", "staging", "--to", "elsewhere");
    expect(there.text).toContain("serves no environment named elsewhere");
    const nothing = await run("promote", "bto", "--from", "staging", "--to", "production");
    expect(nothing.text).toContain("There is no endpoint named bto");
    const same = await run("promote", "bot", "--from", "production", "--to", "production");
    expect(same.text).toContain("both are production");
    const { releases } = world.server.server.house.stores;
    const known = await releases.byNumber("bot", 1);
    if (known === null) throw new Error("The release was made.");
    const content = { ...known.content, models: [{ provider: "up", model: "other-2026-02-02" }] };
    const document = await exported(content);
    const missing = await world.ask(ADMIN_KEY, ["POST", "/api/endpoints/bot/promotions"], {
      from: "staging",
      document,
    });
    expect(missing.body).toMatchObject({
      error: {
        code: "promotion_refused",
        message: expect.stringContaining(
          "production has not configured what the release calls: up/other-2026-02-02",
        ) as unknown,
      },
    });
  });
});

describe("an environment of promoted releases", () => {
  test("takes its settings from what is applied there, and its releases from nowhere but a promotion", async () => {
    const promoted =
      "\n  production: { releases: promoted, limits: { rates: { wide: { per: key, requests: 600/m } } } }";
    world = await startTwoEnvironments({ ...POLICIES, staging: POLICIES.staging + promoted });
    expect((await world.call(world.keys.production)).status).toBe(404);
    expect((await world.call(world.keys.staging)).release).toBe("bot@1");
    await run("promote", "bot", "--from", "staging", "--to", "production");
    expect((await world.call(world.keys.production)).release).toBe("bot@1");
    const terms = { ...next(0.5), staging: POLICIES.staging + promoted };
    const answer = await world.apply(terms);
    expect(answer.endpoints).toMatchObject([{ outcome: "queued", release: null, rollout: null }]);
    expect(answer.endpoints[0]?.waits_until).toContain("rollward promote bot --from … --to production");
    expect(await rolloutsIn("production")).toEqual([]);
    expect((await world.ask(ADMIN_KEY, ["GET", "/api/limits"])).body).toMatchObject({ data: [{ name: "wide" }] });
  });
});

const STAGED_MODEL = "    aliases: { gpt-test: bot }\n";

async function exported(content: object): Promise<object> {
  const { releaseDigest } = await import("../../src/domain/release/release-digest.ts");
  const digest = releaseDigest(content as Parameters<typeof releaseDigest>[0]);
  return {
    format: "rollward.release-file/1",
    name: "bot@9",
    digest,
    author: "Ada",
    created_at: "2026-11-21T12:00:00.000Z",
    content,
  };
}

describe("the parity of two environments", () => {
  test("is told by what users would notice, what only carries less, and what is meant to differ", async () => {
    world = await startTwoEnvironments({
      ...POLICIES,
      staging: `${POLICIES.staging}
    limits: { rates: { few: { per: environment, requests: 60/m } } }
    aliases: { gpt-test: bot }`,
    });
    const { code, text } = await run("parity", "--from", "staging", "--to", "production", "--json");
    expect(code).toBe(2);
    const { differences, same_behaviour: same } = JSON.parse(text) as {
      readonly same_behaviour: boolean;
      readonly differences: readonly { readonly weight: string; readonly path: string }[];
    };
    expect(same).toBe(false);
    expect(differences.map(({ weight, path }) => `${weight} ${path}`)).toEqual([
      "behaviour aliases.gpt-test",
      "capacity limits.rates.few",
      "expected endpoints.bot.rollout.steps",
      "expected endpoints.bot.rollout.strategy",
      "expected providers.up.base_url",
    ]);
    const words = await run("parity", "--from", "staging", "--to", "production");
    expect(words.text).toContain(
      "Users would get something else:\n  aliases.gpt-test: bot in staging, – in production",
    );
    await world.apply(POLICIES, "staging");
    expect((await run("parity", "--from", "staging", "--to", "production")).code).toBe(0);
    const stop = { subject: { type: "endpoint", name: "bot" }, reason: "An exercise." };
    await world.ask(ADMIN_KEY, ["POST", "/api/pauses?environment=staging"], stop);
    const stopped = await run("parity", "--from", "staging", "--to", "production");
    expect(stopped.text).toContain("paused endpoint bot: stopped in staging, – in production");
    expect(stopped.code).toBe(2);
    expect((await run("environments")).text).toMatch(/production +own +bot .*\nstaging +bot /);
  });
});

describe("the pipeline of a release", () => {
  test("shows every stage with since, by whom and where the evidence is, in each environment", async () => {
    world = await startTwoEnvironments(POLICIES);
    await stage(0.5);
    const show = async (environment: string) => {
      const { text } = await run("pipeline", "show", "bot@2", "--environment", environment, "--json");
      return JSON.parse(text) as { readonly stages: readonly { readonly stage: string; readonly state: string }[] };
    };
    const states = async (environment: string) => (await show(environment)).stages.map(({ state }) => state);
    expect(await states("staging")).toEqual(["passed", "skipped", "waiting", "skipped", "passed", "passed"]);
    expect(await states("production")).toEqual(["passed", "skipped", "waiting", "skipped", "waiting", "waiting"]);
    const url = "https://ci.example/runs/17";
    const report = [
      "--stage",
      "integrate",
      "--state",
      "passed",
      "--evidence",
      url,
      "--environment",
      "staging",
    ] as const;
    const reported = await run("pipeline", "report", "bot@2", ...report);
    expect(reported.text).toMatch(/integrate +passed +\S+ +ROLLWARD_ADMIN_KEY +https:\/\/ci\.example\/runs\/17/);
    expect(await states("production")).toContain("waiting");
    const deploy = await run("pipeline", "report", "bot@2", "--stage", "deploy", "--state", "passed");
    expect(deploy.code).toBe(1);
    const script = await run(
      "pipeline",
      "report",
      "bot@2",
      "--stage",
      "check",
      "--state",
      "passed",
      "--evidence",
      "javascript:x",
    );
    expect(script.code).toBe(1);
    await run("promote", "bot", "--from", "staging", "--to", "production");
    await expect.poll(() => states("production")).toMatchObject({ 4: "running" });
    expect((await run("rollback", "bot", "--reason", "It is worse.")).code).toBe(0);
    await expect.poll(() => states("production"), { timeout: 60_000 }).toMatchObject({ 4: "failed", 5: "waiting" });
    expect((await run("pipeline", "show", "bot@2")).code).toBe(2);
  });
});
