import { afterEach, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import type { rolloutView } from "../../src/contract/rollouts.ts";
import type { z } from "zod";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type RolloutView = z.output<typeof rolloutView>;

const PLAN = `
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%]
      drain: 0s
      metrics: { errors: { no_worse: 2 }, latency: false, cost: false }`;

const project = (model: string, temperature = 0.1): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText("good-2026-01-01", { failures: "server_error: 20%" }),
    modelText("better-2026-02-01", { failures: "server_error: 5%" }),
    modelText("bad-2026-03-01", { failures: "server_error: 70%" }),
  )}
endpoints:
  support-bot:
    models: [sim/${model}]
    parameters: { temperature: ${temperature} }${PLAN}
`,
});

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function apply(server: RunningServer, files: Record<string, string>): Promise<string | null> {
  const path = writeProject(files);
  const answer = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  expect(answer.mistakes).toEqual([]);
  return answer.endpoints[0]?.rollout ?? null;
}

const callOnce = (server: RunningServer, session: string): Promise<unknown> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  }).then((response) => response.arrayBuffer());

/** Sends calls of fresh sessions until the rollout has ended, at most `max`. */
async function driveUntilEnded(server: RunningServer, rollout: string, max: number): Promise<RolloutView> {
  for (let sent = 0; sent < max; sent += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => callOnce(server, `session-${sent + index}`)));
    const { body } = await server.ask("GET", `/api/rollouts/${rollout}`);
    const view = body as RolloutView;
    if (["completed", "rolled_back", "aborted"].includes(view.state)) return view;
  }
  throw new Error("The rollout did not end.");
}

async function stableOf(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/endpoints");
  return (body as { data: { stable: { name: string } }[] }).data[0]?.stable.name ?? "";
}

describe("a release's way", () => {
  test("the first release is stable at once, and unchanged content makes no new one", async () => {
    running = await startServer(project("good-2026-01-01"));
    expect(await stableOf(running)).toBe("support-bot@1");
    expect(await apply(running, project("good-2026-01-01"))).toBeNull();
    const { body } = await running.ask("GET", "/api/endpoints/support-bot/releases");
    expect((body as { data: unknown[] }).data).toHaveLength(1);
  });

  test("a better release is proven no worse and promoted, with nobody touching anything", async () => {
    running = await startServer(project("good-2026-01-01"));
    const rollout = await apply(running, project("better-2026-02-01"));
    const view = await driveUntilEnded(running, rollout ?? "", 6_000);
    expect(view.state).toBe("completed");
    expect(view.outcome).toBe("promoted");
    expect(view.metrics.find(({ metric }) => metric === "errors")?.verdict).toBe("non-inferior");
    expect(await stableOf(running)).toBe("support-bot@2");
  });

  test("a bad release is proven harmful and rolled back, and the log says on which evidence", async () => {
    running = await startServer(project("good-2026-01-01"));
    const rollout = await apply(running, project("bad-2026-03-01"));
    const view = await driveUntilEnded(running, rollout ?? "", 2_000);
    expect(view.state).toBe("rolled_back");
    expect(view.union.blame).toBe("errors");
    expect(view.union.log_r).toBeGreaterThanOrEqual(view.union.threshold);
    expect(await stableOf(running)).toBe("support-bot@1");
    const { body: releases } = await running.ask("GET", "/api/endpoints/support-bot/releases");
    expect(releases).toMatchObject({
      data: [
        { name: "support-bot@2", fate: "rolled_back", rollout, outcome: "harm" },
        { name: "support-bot@1", fate: "stable", rollout: null, outcome: null },
      ],
    });
    const { body } = await running.ask("GET", `/api/rollouts/${rollout}/events?limit=500`);
    const log = body as { data: { fact: { type: string } }[]; intact: boolean };
    expect(log.intact).toBe(true);
    const facts = log.data.map(({ fact }) => fact.type);
    expect(facts).toContain("HarmCrossed");
    expect(facts).toContain("EvidenceSnapshot");
    expect(facts.at(-1)).toBe("RolledBack");
  });

  test("a rollout that a person takes back shows what it had seen, before, meanwhile and afterwards", async () => {
    running = await startServer(project("good-2026-01-01"));
    const server = running;
    const rollout = (await apply(server, project("good-2026-01-01", 0.2))) ?? "";
    const view = async (): Promise<RolloutView> =>
      (await server.ask("GET", `/api/rollouts/${rollout}`)).body as RolloutView;
    await expect.poll(async () => (await view()).state).toBe("ramping");
    for (let sent = 0; sent < 12; sent += 1) await callOnce(server, `by-hand-${sent}`);
    await expect.poll(async () => (await view()).metrics[0]?.n.stable).toBeGreaterThan(0);
    await server.ask("POST", `/api/rollouts/${rollout}/commands`, { command: "rollback", reason: "Users complain." });
    await expect.poll(async () => (await view()).state).toBe("rolled_back");
    const { sessions, metrics, union, outcome } = await view();
    expect(outcome).toBe("command");
    expect((sessions?.stable ?? 0) + (sessions?.candidate ?? 0)).toBeGreaterThan(0);
    expect(union.log_r).not.toBeNull();
    expect(metrics[0]?.metric).toBe("errors");
    expect(metrics[0]?.n).toEqual(sessions);
    const { body } = await server.ask("GET", `/api/rollouts/${rollout}/replay`);
    expect((body as { log: { intact: boolean } }).log.intact).toBe(true);
  });

  test("after a promotion one command returns to the release before it, in force on the next request", async () => {
    running = await startServer(project("good-2026-01-01"));
    const rollout = await apply(running, project("better-2026-02-01"));
    await driveUntilEnded(running, rollout ?? "", 6_000);
    const answer = await running.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "Users complain." });
    expect(answer).toMatchObject({ status: 200, body: { stable: "support-bot@1" } });
    expect(await stableOf(running)).toBe("support-bot@1");
  });

  test("the command given twice does not bring back the release that was left", async () => {
    running = await startServer(project("good-2026-01-01"));
    const rollout = await apply(running, project("better-2026-02-01"));
    await driveUntilEnded(running, rollout ?? "", 6_000);
    const wish = { reason: "Users complain." };
    expect(await running.ask("POST", "/api/endpoints/support-bot/rollback", wish)).toMatchObject({ status: 200 });
    expect(await running.ask("POST", "/api/endpoints/support-bot/rollback", wish)).toMatchObject({ status: 409 });
    expect(await stableOf(running)).toBe("support-bot@1");
  });

  test("a configuration that drops a model in use is refused whole, and calls go on", async () => {
    running = await startServer(project("good-2026-01-01"));
    const without = project("better-2026-02-01")["rollward.yaml"]?.replace(
      / {6}good-2026-01-01:[\s\S]*?failures.*\n/,
      "",
    );
    const path = writeProject({ "rollward.yaml": without ?? "" });
    const sent = sendProject({ url: running.url, key: ADMIN_KEY }, { path, dryRun: false });
    await expect(sent).rejects.toThrow("support-bot@1 serves calls with sim/good-2026-01-01");
    expect(running.server.house.gateway.settings().providers.get("sim")?.prices.has("good-2026-01-01")).toBe(true);
    const { body } = await running.ask("GET", "/api/rollouts?open=true");
    expect(body).toEqual({ data: [] });
  });

  test("a person's rollback and abort end a rollout at once, and repeating them changes nothing", async () => {
    running = await startServer(project("good-2026-01-01"));
    const rollout = await apply(running, project("better-2026-02-01"));
    const wish = { command: "abort", reason: "Not today." };
    const first = await running.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
    expect(first.status).toBe(200);
    const again = await running.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
    expect(again.status).toBe(200);
    expect(await stableOf(running)).toBe("support-bot@1");
  });
});
