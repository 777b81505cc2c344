import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import type { nowView } from "../../src/contract/now.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Action = z.output<typeof nowView>["actions"][number];

const project = (model: string, temperature: number): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"), modelText("bad-2026-03-01", { failures: "malformed: 90%" }))}
endpoints:
  bot:
    models: [sim/${model}]
    retries: { attempts: 1 }
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 0 }, 100%]
      drain: 0s
      holdback: 0%
      metrics: { latency: false, cost: false }
`,
});

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function rollward(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly complaint: string }> {
  let [out, complaint] = ["", ""];
  const environment = { ROLLWARD_URL: running?.url ?? "", ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, {
    out: (text) => void (out += text),
    complain: (text) => void (complaint += text),
  });
  return { code, out, complaint };
}

async function apply(model: string, temperature: number): Promise<void> {
  const terms = { path: writeProject(project(model, temperature)), dryRun: false };
  const { mistakes } = await sendProject({ url: running?.url ?? "", key: ADMIN_KEY }, terms);
  expect(mistakes).toEqual([]);
}

const stateOf = async (): Promise<string> => {
  const { body } = await (running as RunningServer).ask("GET", "/api/rollouts?endpoint=bot&limit=1");
  return (body as { data: { state: string }[] }).data[0]?.state ?? "";
};

/** bot@3 has just been rolled back by itself; bot@2 serves and was promoted from bot@1. */
async function takenBack(): Promise<void> {
  running = await startServer(project("good-2026-01-01", 0.1));
  await apply("good-2026-01-01", 0.2);
  await expect.poll(() => rollward("rollout", "promote", "bot", "-r", "Good.")).toMatchObject({ code: 0 });
  await expect.poll(stateOf, { timeout: 60_000 }).toBe("completed");
  await apply("bad-2026-03-01", 0.2);
  for (let number = 0; number < 400 && (await stateOf()) !== "rolled_back"; number += 1) {
    await fetch(`${running.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": `s-${number}`,
      },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
    }).then((response) => response.arrayBuffer());
  }
  // A quick machine sends them all within two looks of the server.
  await expect.poll(stateOf).toBe("rolled_back");
}

describe("a rollback right after one that happened by itself", () => {
  test("moves nothing unless somebody says so, and says what serves", async () => {
    await takenBack();
    const { code, out, complaint } = await rollward("rollback", "bot");
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(complaint).toMatch(/^bot@3 was rolled back by itself [\d.]+ m?s ago, and bot is served by bot@2\./);
    expect(complaint).toContain("`rollward rollback bot --again`");
    const asked = await (running as RunningServer).ask("POST", "/api/endpoints/bot/rollback", { reason: "Fire!" });
    expect(asked).toMatchObject({ status: 409, body: { error: { code: "already_rolled_back" } } });
    const again = await rollward("rollback", "bot", "--again");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("bot is served by bot@1") as string });
    // The files that still have it do not bring it back, and say on which evidence it went.
    const held = await rollward("apply", writeProject(project("bad-2026-03-01", 0.2)));
    expect(held.code).toBe(0);
    expect(held.out).toMatch(
      /^bot@3: is held back\nbot@3 was rolled back at \S+ \S+ UTC by itself: errors .* candidate sessions? \(log R /m,
    );
  });

  test("is offered on Now as what it is, and does what it says", async () => {
    await takenBack();
    const own = running as RunningServer;
    const offered = async (): Promise<Action | undefined> => {
      const { body } = await own.ask("GET", "/api/now");
      return (body as z.output<typeof nowView>).actions[0];
    };
    await expect.poll(async () => (await offered())?.label).toBe("Roll back further, to bot@1");
    const action = await offered();
    expect(action?.effect).toMatch(
      /^bot@3 was already rolled back by itself at \d\d:\d\d UTC, and bot is served by bot@2\. This goes one release further back, from bot@2 to bot@1: /,
    );
    expect(action?.request?.body).toEqual({ from: "bot@2", again: true });
    const request = { ...action?.request?.body, reason: "Users complain." };
    expect(await own.ask("POST", action?.request?.path ?? "", request)).toMatchObject({
      status: 200,
      body: { stable: "bot@1" },
    });
    const { body } = await own.ask("GET", "/api/endpoints");
    expect(body).toMatchObject({ data: [{ endpoint: "bot", stable: { name: "bot@1" } }] });
  });
});
