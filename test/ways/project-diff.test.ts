import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const TEXT = `${simulatedText(modelText("m-2026-01-01", { failures: "server_error: 1%" }))}  far:
    kind: openai-compatible
    base_url: https://one.example/v1
    models: { m-2026-01-01: { price: { input: 1, output: 2 } } }
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    sessions: [header, call]
    rollout: { steps: [50%, 100%] }
aliases: { gpt-5.4: bot }
limits:
  rates: { calls: { per: key, requests: 6000/m } }
  queue: { wait: 5s }
budgets:
  company: { per: environment, amount: 50, window: month }
retain_facts: 30d
`;

/** One edit after the other, each on top of those before. */
const EDITS = [
  ["50, window", "49, window", "~ budgets.company.amount: 50 → 49"],
  ["6000/m", "6001/m", '~ limits.rates.calls.requests: "6000/m" → "6001/m"'],
  ["wait: 5s", "wait: 6s", '~ limits.queue.wait: "5s" → "6s"'],
  ["gpt-5.4: bot", "gpt-5.4: sim/m-2026-01-01", '~ aliases.gpt-5.4: "bot" → "sim/m-2026-01-01"'],
  ["one.example", "two.example", '~ providers.far.base_url: "https://one.example/v1" → "https://two.example/v1"'],
  ["input: 1, output: 2 } } }", "input: 3, output: 2 } } }", "~ providers.far.models.m-2026-01-01.price.input: 1 → 3"],
  ["server_error: 1%", "server_error: 2%", '~ providers.sim.models.m-2026-01-01.failures.server_error: "1%" → "2%"'],
  ["[header, call]", "[call]", '~ endpoints.bot.sessions: ["header","call"] → ["call"]'],
  ["[50%, 100%]", "[25%, 100%]", '~ endpoints.bot.rollout.steps: ["50%","100%"] → ["25%","100%"]'],
  ["30d", "31d", '~ retain_facts: "30d" → "31d"'],
] as const;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ "rollward.yaml": TEXT });
});

afterAll(() => server.stop());

/** Runs the command line against the test's server. */
async function rollward(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return { code, text };
}

describe("what `rollward diff` says of a project", () => {
  test("a secret that is named and not set in the server's environment is warned of before it is needed", async () => {
    const hook = `notifiers:\n  hook: { kind: webhook, url: "https://example.com/hook", secret_env: HOOK_SECRET_OF_NOBODY }\n`;
    const { code, text } = await rollward("diff", writeProject({ "rollward.yaml": `${TEXT}${hook}` }));
    expect(code).toBe(2);
    expect(text).toContain(
      "warning: HOOK_SECRET_OF_NOBODY is not set in this server's environment, and the notifier hook needs it",
    );
  });

  test("a budget that has no room for a single call is warned of", async () => {
    const small = TEXT.replace("amount: 50", "amount: 0.01");
    const { code, text } = await rollward("diff", writeProject({ "rollward.yaml": small }));
    expect(code).toBe(2);
    expect(text).toContain(
      "warning: The budget company of 0.010000 USD has no room for a call of bot that sets no `max_tokens`",
    );
  });

  test("a model that is dropped while it serves calls is refused in the words of `apply`", async () => {
    const other = TEXT.replaceAll("m-2026-01-01", "m-2026-02-02");
    const config = writeProject({ "rollward.yaml": other });
    const { code, text } = await rollward("diff", config);
    expect(text).toContain("bot@1 serves calls with sim/m-2026-01-01, which this configuration drops");
    expect(code).toBe(1);
    expect(await rollward("apply", config)).toEqual({ code, text });
  });

  test("every change outside of releases is told with exit code 2, applied in the same words, and then no more", async () => {
    const unchanged = { code: 0, text: "Nothing to apply.\n" };
    expect(await rollward("diff", server.config)).toEqual(unchanged);
    let text: string = TEXT;
    for (const [part, other, line] of EDITS) {
      const before = text;
      text = text.replace(part, other);
      expect(text).not.toBe(before);
      const config = writeProject({ "rollward.yaml": text });
      const differs = `project: changes at once, without a rollout\n${line}\n\n1 endpoint unchanged.\n`;
      expect(await rollward("diff", config)).toEqual({ code: 2, text: differs });
      const { code, text: applied } = await rollward("apply", config);
      expect({ code, text: applied }).toEqual({ code: 0, text: differs });
      expect(await rollward("diff", config)).toEqual(unchanged);
    }
  });

  test("programs read it under `project`, with the same exit code", async () => {
    const config = writeProject({ "rollward.yaml": TEXT.replace("50, window", "1, window") });
    const { code, text } = await rollward("--json", "diff", config);
    expect(code).toBe(2);
    const { project } = JSON.parse(text) as { readonly project: { readonly outcome: string; readonly diff: string } };
    expect(project.outcome).toBe("changed");
    expect(project.diff.split("\n")).toContain("~ budgets.company.amount: 49 → 1");
  });

  test("a release that changes is told beside a project that does not", async () => {
    const warmer = latest().replace("sessions:", "parameters: { temperature: 1 }\n    sessions:");
    const config = writeProject({ "rollward.yaml": warmer });
    const { code, text } = await rollward("diff", config);
    expect(code).toBe(2);
    expect(text).not.toContain("project:");
    expect(text).toMatch(/^bot: goes out by rollout\n/);
    expect(text).toContain("\n+ parameters.temperature: 1");
  });

  test("everything is new in one line where the files in force can no longer be read", async () => {
    const { projects } = server.server.house.stores;
    await projects.save({ environment: "production", files: { "": "rollward.yaml" }, appliedAt: 9e12, author: "test" });
    const { code, text } = await rollward("diff", server.config);
    expect({ code, text }).toEqual({ code: 2, text: "project: everything is new\n\n1 endpoint unchanged.\n" });
  });
});

/** The project after all edits. */
const latest = (): string => EDITS.reduce<string>((text, [part, other]) => text.replace(part, other), TEXT);
