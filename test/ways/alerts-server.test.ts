import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HandClock } from "../fixtures/hand-clock.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { startToldServer } from "../fixtures/told-server.ts";
import type { ToldServer } from "../fixtures/told-server.ts";

let hook: ToldServer;
let server: RunningServer;
let clock: HandClock;

const SECRET = "a-secret-of-the-hook-0123456789";

const project = (failing: string): string => `${simulatedText(modelText("m", { failures: failing }))}
endpoints:
  bot:
    models: [sim/m]
notifiers:
  hook: { kind: webhook, url: "${hook.url}", secret_env: HOOK_SECRET }
alerts:
  notify: { critical: [hook] }
  rules:
    broken: { errors_above: 50%, count: 5, severity: critical, runbook: "https://runbooks.example/bot", labels: { team: bots } }
slos:
  bot-answers: { endpoint: bot, indicator: availability, objective: 99%, count: 5 }
`;

beforeEach(async () => {
  hook = await startToldServer();
  clock = new HandClock();
  server = await startServer(
    { "rollward.yaml": project("server_error: 100%") },
    { clock, environment: { HOOK_SECRET: SECRET } },
  );
});

afterEach(async () => {
  await server.stop();
  await hook.close();
});

async function call(times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) {
    const answer = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: `Hello ${each}` }] }),
    });
    // Attempts wait between each other.
    for (let turn = 0; turn < 100; turn += 1) {
      if ((await Promise.race([answer.then(() => true), new Promise((resolve) => setTimeout(resolve, 5))])) === true)
        break;
      clock.advance(200);
    }
    await (await answer).text();
  }
}

/** Moves on in seconds until something is so. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let second = 0; second < 600; second += 1) {
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (await isSo()) return;
  }
  throw new Error("It did not come to be so within ten minutes of the server's time.");
}

const rollward = (...args: readonly string[]) => runRollward(server, args);

const firing = async (): Promise<readonly Record<string, unknown>[]> => {
  const { body } = await server.ask("GET", "/api/alerts");
  return (body as { data: Record<string, unknown>[] }).data.filter(({ status }) => status === "firing");
};

describe("alerts of a server", () => {
  test("are told while the receiver of traces and metrics hangs up on everybody", async () => {
    await server.stop();
    clock = new HandClock();
    let hungUp = 0;
    const receiver = createServer((socket) => {
      hungUp += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    const environment = { HOOK_SECRET: SECRET, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
    server = await startServer({ "rollward.yaml": project("server_error: 100%") }, { clock, environment });
    await call(12);
    await until(() => hook.taken.length > 0 && hungUp > 0);
    expect(hook.taken[0]?.body).toMatchObject({ status: "firing", groupLabels: { endpoint: "bot" } });
    // By now it may be over again: the server's time runs much faster than ours.
    const told = hook.taken.flatMap(({ body }) => (body as { alerts: { labels: Record<string, string> }[] }).alerts);
    expect(told.map(({ labels }) => labels["alertname"])).toContain("broken");
    await new Promise((resolve) => receiver.close(resolve));
  });

  test("fire for failing calls, are told, acknowledged, silenced, shown and tested", async () => {
    await call(12);
    await until(async () => (await firing()).some(({ rule }) => rule === "broken"));
    await until(() => hook.taken.length > 0);
    const [message] = hook.taken;
    expect(message?.body).toMatchObject({ status: "firing", groupLabels: { endpoint: "bot" } });

    const [alert] = (await firing()).filter(({ rule }) => rule === "broken");
    expect(alert).toMatchObject({
      endpoint: "bot",
      severity: "critical",
      runbook: "https://runbooks.example/bot",
      labels: { team: "bots" },
      acknowledged: null,
    });
    expect(alert?.["summary"]).toMatch(/^Errors of bot: 100 % \(\d+ calls in 5 min, limit 50 %\)/);

    const listed = await rollward("alerts");
    expect(listed.text).toContain("broken");
    expect((await rollward("alerts", "ack", "broken", "--note", "I look.")).text).toContain("Acknowledged by");
    expect((await firing()).find(({ rule }) => rule === "broken")).toMatchObject({ acknowledged: { note: "I look." } });
    await until(() =>
      hook.taken.some(({ body }) => (body as { rollward: { reason: string } }).rollward.reason === "acknowledged"),
    );

    expect((await rollward("alerts", "silence", "endpoint=bot", "--for", "2h", "--reason", "Known.")).text).toContain(
      "Silenced until",
    );
    expect((await firing()).find(({ rule }) => rule === "broken")?.["silenced_by"]).toMatch(/^sil_/);
    const silences = JSON.parse((await rollward("--json", "alerts", "silences")).text) as { id: string }[];
    expect((await rollward("alerts", "unsilence", silences[0]?.id ?? "")).text).toContain("told again");

    const tested = await rollward("alerts", "test", "hook");
    expect(tested).toMatchObject({ code: 0, text: expect.stringContaining("took the test") as string });
    expect((await rollward("alerts", "test", "nobody")).text).toContain("there are: hook");
    await hook.leave();
    expect(await rollward("alerts", "test", "hook")).toMatchObject({
      code: 1,
      text: expect.stringContaining("ECONNREFUSED") as string,
    });
    await hook.comeBack();

    expect((await rollward("alerts", "rules")).text).toContain("more than 50 % of calls failed in 5 min");
    expect((await rollward("alerts", "history")).text).toContain("ok → firing");
    expect((await rollward("alerts", "deliveries")).text).toContain("sent");
    const backtest = await rollward("alerts", "backtest", "broken", "--days", "1");
    expect(backtest.text).toContain("broken");
    const slos = await rollward("slos");
    expect(slos.text).toMatch(/bot-answers +bot +99 %/);
    expect(slos.text).toContain("critical (page-quick)");
  });

  test("of other systems stand beside its own, and go away when they say so", async () => {
    const incoming = (status: string) => ({
      version: "4",
      groupKey: "{}:{}",
      status,
      receiver: "rollward",
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: "http://alertmanager:9093",
      truncatedAlerts: 0,
      alerts: [
        {
          status,
          labels: { alertname: "DiskFull", severity: "page", endpoint: "bot", instance: "db-1" },
          annotations: { summary: "The disk of db-1 is full.", runbook_url: "javascript:alert(1)" },
          startsAt: "2026-11-20T23:00:00.000Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "http://prometheus:9090/graph",
          fingerprint: "d3b07384d113edec",
        },
        {
          status,
          labels: { alertname: "errors-many", source: "rollward" },
          annotations: {},
          startsAt: "2026-11-20T23:00:00.000Z",
        },
      ],
    });
    expect(await server.ask("POST", "/api/alerts/in", incoming("firing"))).toMatchObject({
      status: 200,
      body: { taken: 2, changed: 1 },
    });
    expect(await server.ask("POST", "/api/alerts/in", incoming("firing"))).toMatchObject({ body: { changed: 0 } });
    expect(await firing()).toMatchObject([
      {
        rule: "outside",
        endpoint: "bot",
        severity: "critical",
        summary: "The disk of db-1 is full.",
        runbook: null,
        started_at: "2026-11-20T23:00:00.000Z",
      },
    ]);
    expect(await server.ask("POST", "/api/alerts/in", incoming("resolved"))).toMatchObject({ body: { changed: 1 } });
    expect(await firing()).toEqual([]);
    expect(hook.taken).toEqual([]);
    expect(await server.ask("POST", "/api/alerts/in", { version: "3" })).toMatchObject({ status: 400 });
  });
});
