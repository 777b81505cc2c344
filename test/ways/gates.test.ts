import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { says, startGateServer } from "../fixtures/gate-server.ts";
import type { GateServer } from "../fixtures/gate-server.ts";
import {
  applyTo,
  endpointText,
  gatedProject,
  SOON,
  startGated,
  until,
  viewOf,
  writePrograms,
} from "../fixtures/gated-world.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let servers: RunningServer[] = [];
let gate: GateServer;
const cleanUps: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  gate = await startGateServer();
});

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  await gate.close();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(...args: Parameters<typeof startGated>): Promise<RunningServer> {
  const server = await startGated(...args);
  servers.push(server);
  return server;
}

const httpGate = (more = ""): string =>
  `        evals: { kind: http, at: before_start, url: "${gate.url}", secret_env: GATE_SECRET, every: 1s${more} }\n`;

/** A server with one endpoint, and the rollout of its second release. */
async function release(gates: string, terms: Parameters<typeof startGated>[1] = {}): Promise<[RunningServer, string]> {
  const server = await start(gatedProject(0.1, endpointText("bot", gates)), terms);
  const { bot = "" } = await applyTo(server, gatedProject(0.2, endpointText("bot", gates)));
  return [server, bot];
}

describe("a command", () => {
  const programs = (text: string): string => {
    const made = writePrograms({ "check.sh": `#!/bin/sh\n${text}\n` });
    cleanUps.push(made.remove);
    return made.path;
  };
  const CHECK = "        check: { kind: command, at: before_start, program: check.sh, args: [--fast], timeout: 20s }\n";

  test("that fails holds the start; asked again and passing, it lets the release go", async () => {
    const commands = programs(
      `echo "$1 $ROLLWARD_RELEASE after $ROLLWARD_STABLE in $ROLLWARD_ENVIRONMENT"; cat verdict 2>/dev/null && exit 0; echo "3 of 40 cases fail" >&2; exit 3`,
    );
    const [server, rollout] = await release(CHECK, { commands });
    const failed = await until(server, rollout, { gates: [{ gate: "check", standing: "failed" }] });
    expect(failed).toMatchObject({ state: "pending", started_at: null, weight: 0 });
    expect(failed.explanation).toContain("the gate check failed (exit code 3: 3 of 40 cases fail)");
    const { body } = await server.ask("GET", `/api/rollouts/${rollout}/gates`);
    expect(body).toMatchObject({ data: [{ gate: "check", attempt: 1, standing: "failed" }] });
    const { output } = (body as { data: [{ output: string }] }).data[0];
    expect(output).toBe("--fast bot@2 after bot@1 in production\n3 of 40 cases fail\n");
    writeFileSync(`${commands}/verdict`, "fine now\n");
    await server.ask("POST", `/api/rollouts/${rollout}/gates/check`, { verdict: "retry", reason: "Mended." });
    expect(await until(server, rollout, { state: "completed" })).toMatchObject({
      gates: [{ attempt: 2, standing: "passed" }],
    });
  });

  test("runs only where the operator allowed it, and only what lies in the operator's directory", async () => {
    const [server, rollout] = await release(CHECK);
    expect((await until(server, rollout, { gates: [{ standing: "failed" }] })).explanation).toContain(
      "without --allow-commands",
    );
    const bad = gatedProject(
      0.3,
      endpointText("bot", "        x: { kind: command, at: before_start, program: ../../bin/sh }\n"),
    );
    const { body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files: bad });
    expect(body).toMatchObject({ applied: false, mistakes: [{ file: "rollward.yaml", line: 23 }] });
  });

  test("gets nothing of the server's secrets, and its output is kept to its end only", async () => {
    const commands = programs(`env; head -c 300000 /dev/zero | tr '\\0' 'x'; echo; echo last line`);
    const [server, rollout] = await release(CHECK, { commands, environment: { VERY_SECRET: "do-not-tell" } });
    await until(server, rollout, { state: "completed" });
    const { body } = await server.ask("GET", `/api/rollouts/${rollout}/gates`);
    const [run] = (body as { data: { output: string; detail: string }[] }).data;
    expect(run?.detail).toBe("exit code 0: last line");
    expect(run?.output.length).toBeLessThan(70_000);
    expect(JSON.stringify(body)).not.toContain("do-not-tell");
  });

  test("that hangs is stopped with all that it started, and counts as expired", async () => {
    const commands = programs(`echo $$ > pid; sleep 60 & wait`);
    const [server, rollout] = await release(CHECK.replace("20s", "3s"), { commands });
    const view = await until(server, rollout, { gates: [{ standing: "expired" }] });
    expect(view).toMatchObject({ state: "pending", started_at: null });
    const pid = Number(readFileSync(`${commands}/pid`, "utf8"));
    await vi.waitFor(() => expect(() => process.kill(-pid, 0)).toThrow("ESRCH"), SOON);
  });
});

describe("a web server", () => {
  test("is asked with a signature about the very release, and its answer is kept", async () => {
    const [server, rollout] = await release(httpGate());
    const view = await until(server, rollout, { state: "completed" });
    expect(view.gates).toMatchObject([
      { gate: "evals", standing: "passed", detail: "all 40 cases are fine", url: "https://evals.example.com/runs/7" },
    ]);
    const { body } = await server.ask("GET", "/api/endpoints/bot/releases");
    const releases = (body as { data: { name: string; digest: string }[] }).data;
    const [asked] = gate.asked;
    expect(asked).toMatchObject({ isSigned: true, id: `${rollout}.evals.-1.1` });
    expect(asked?.body).toMatchObject({
      rollout,
      endpoint: "bot",
      environment: "production",
      release: "bot@2",
      digest: releases.find(({ name }) => name === "bot@2")?.digest,
      stable: { release: "bot@1" },
    });
    expect(gate.asked).toHaveLength(1);
  });

  test("that still runs is asked again with the same question", async () => {
    gate.answer = (response, asked) => says({ passed: asked < 3 ? null : true })(response, asked, {});
    const [server, rollout] = await release(httpGate());
    await until(server, rollout, { state: "completed" });
    expect(new Set(gate.asked.map(({ id }) => id)).size).toBe(1);
    expect(gate.asked).toHaveLength(3);
  });

  test("that fails for a while is asked again; what it says then counts", async () => {
    gate.answer = (response, asked) => {
      if (asked === 1) response.destroy();
      else
        says(asked === 2 ? "no" : { passed: false, detail: "too rude" }, asked === 2 ? 503 : 200)(response, asked, {});
    };
    const [server, rollout] = await release(httpGate());
    const view = await until(server, rollout, { gates: [{ standing: "failed" }] });
    expect(view.gates[0]?.detail).toBe("too rude");
  });

  test.each([
    ["is no JSON", "text" as const],
    ["says yes in its own way", { passed: "true" }],
    ["says nothing", {}],
    ["speaks of another release", { passed: true, digest: "0".repeat(64) }],
    ["never ends", "endless" as const],
    ["leads elsewhere", "redirect" as const],
  ])("that lies fails the gate: its answer %s", async (_, lie) => {
    gate.answer = (response, asked) => {
      if (lie === "text") response.end("<html>passed: true</html>");
      else if (lie === "endless") {
        const more = (): void =>
          void (
            response.writableEnded ||
            response.destroyed ||
            (response.write("x".repeat(65_536)), setImmediate(more))
          );
        more();
      } else if (lie === "redirect") response.writeHead(307, { location: gate.url }).end();
      else says(lie)(response, asked, {});
    };
    const [server, rollout] = await release(httpGate());
    const view = await until(server, rollout, { gates: [{ standing: "failed" }] });
    expect(view).toMatchObject({ state: "pending", started_at: null });
    expect(gate.asked).toHaveLength(1);
  });

  test("that hangs expires, and aborts where the plan says so", async () => {
    gate.answer = () => {};
    const [server, rollout] = await release(httpGate(", timeout: 1s, on_failure: abort"));
    const view = await until(server, rollout, { state: "cancelled" });
    expect(view.explanation).toContain("the gate evals expired");
  });
});

describe("a dependency", () => {
  const after = (endpoint: string): string =>
    `        first: { kind: depends_on, at: before_start, endpoint: ${endpoint} }\n`;
  const HELD = "        look: { kind: manual, at: before_promotion }\n";

  test("lets a release start when the other endpoint's has been promoted", async () => {
    const files = (temperature: number) =>
      gatedProject(temperature, endpointText("bot", after("faq")) + endpointText("faq", HELD));
    const server = await start(files(0.1));
    const { bot = "", faq = "" } = await applyTo(server, files(0.2));
    await until(server, faq, { gates: [{ gate: "look", standing: "waiting" }] });
    const waiting = await until(server, bot, { gates: [{ gate: "first", standing: "waiting" }] });
    expect(waiting.explanation).toContain(`the rollout ${faq} of faq has not ended`);
    await server.ask("POST", `/api/rollouts/${faq}/gates/look`, { verdict: "pass", reason: "Looked." });
    await until(server, faq, { state: "completed" });
    expect(await until(server, bot, { state: "completed" })).toMatchObject({ gates: [{ detail: "faq@2 is stable" }] });
  });

  test("in a circle is refused with the circle and its line", async () => {
    const server = await start(gatedProject(0.1, endpointText("bot", "") + endpointText("faq", "")));
    const circle = gatedProject(0.2, endpointText("bot", after("faq")) + endpointText("faq", after("bot")));
    const { body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files: circle });
    const message = expect.stringContaining("bot → faq → bot") as string;
    expect(body).toMatchObject({ applied: false, mistakes: [{ file: "rollward.yaml", line: 23, message }] });
  });
});

test("two replicas run a gate once, and the other one takes over where the first dies", async () => {
  const database = await createFreshDatabase();
  if (database === null) return;
  cleanUps.push(() => database.drop());
  gate.answer = says({ passed: null });
  const files = (temperature: number) => gatedProject(temperature, endpointText("bot", httpGate()));
  const first = await start(files(0.1), { database });
  const second = await start(files(0.1), { database });
  const { bot = "" } = await applyTo(second, files(0.2));
  await vi.waitFor(() => expect(gate.asked.length).toBeGreaterThan(2), SOON);
  const runs = async (): Promise<unknown> => (await second.ask("GET", `/api/rollouts/${bot}/gates`)).body;
  expect(await runs()).toMatchObject({ data: [{ starts: 1, standing: null }] });
  // The leader leaves in mid-run.
  await first.stop();
  servers = servers.filter((server) => server !== first);
  await vi.waitFor(async () => expect(await runs()).toMatchObject({ data: [{ starts: 2 }] }), {
    ...SOON,
    timeout: 60_000,
  });
  gate.answer = says({ passed: true });
  await until(second, bot, { state: "completed" });
  expect(await runs()).toMatchObject({ data: [{ starts: 2, standing: "passed" }] });
  expect((await viewOf(second, bot)).gates).toHaveLength(1);
});
