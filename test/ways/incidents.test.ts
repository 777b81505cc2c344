import { afterEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import type { incidentView } from "../../src/contract/incidents.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { clearOfTheHour } from "../fixtures/clear-of-the-hour.ts";
import { ADMIN_KEY, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Incident = z.output<typeof incidentView>;

const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const model = (failures = ""): string => `
      m-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 1ms, sigma: 0 }
        answer_tokens: { median: 3, sigma: 0 }
        quality: 1${failures}`;

const PAGE = `
status_page:
  title: Acme AI
  url: https://status.acme.example
  components:
    chat: { name: Support chat, description: Answers to customers, endpoints: [bot] }
    search: { name: Search, endpoints: [faq] }
  maintenance:
    upgrade: { name: Upgrade <b>, description: Short pauses, from: "2099-01-01T00:00:00Z", until: "2099-01-01T02:00:00Z", components: [search] }
`;

async function start(failures = "", top = ""): Promise<RunningServer> {
  const endpoints = "endpoints:\n  bot:\n    models: [sim/m-2026-01-01]\n  faq:\n    models: [sim/m-2026-01-01]\n";
  const server = await startServer({ "rollward.yaml": `${simulatedText(model(failures))}\n${endpoints}${top}` });
  servers.push(server);
  return server;
}

async function call(server: RunningServer, user?: string): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Refund?" }], max_tokens: 5, user }),
  });
  await response.text();
  return response.headers.get("x-rollward-call") ?? "";
}

async function cli(server: RunningServer, ...args: readonly string[]): Promise<string> {
  let out = "";
  const code = await runCli(args, { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    out += text;
  });
  expect({ code, out }).toMatchObject({ code: 0 });
  return out;
}

/** A command line with a stroke between its words. */
const words = (line: string): readonly string[] => line.split("|");

async function incidentOf(server: RunningServer, address: string, body?: object): Promise<Incident> {
  const [method = "", path = ""] = address.split(" ");
  const answer = await server.ask(method, path, body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Incident;
}

describe("an incident that a person opens", () => {
  test("goes from opened to resolved on the command line, and ends in a post-mortem with test cases", async () => {
    const server = await start("\n        failures: { server_error: 100% }");
    const id = await call(server, "ada");
    await call(server, "grace");
    const begun = JSON.parse(
      await cli(
        server,
        ...words(`--json|incidents|open|Refunds are refused|--endpoint|bot|--impact|major|--note|A customer called.`),
      ),
    ) as Incident;
    await cli(server, ...words(`incidents|ack|${begun.id}`));
    await cli(server, ...words(`incidents|update|${begun.id}|--state|identified|--lead|Ada|-m|The provider fails.`));
    await cli(server, ...words(`incidents|note|${begun.id}|the provider says so too`));
    await cli(
      server,
      ...words(`incidents|action|${begun.id}|Answer refunds|--owner|Ada|--due|2026-12-01|--call|${id}`),
    );
    // The numbers, and what became of the provider, are written within a few seconds.
    const told = await vi.waitFor(
      async () => {
        const early = new Date(Date.now() - 60_000).toISOString();
        await server.ask("POST", `/api/incidents/${begun.id}/updates`, { started_at: early });
        const shown = await incidentOf(server, `GET /api/incidents/${begun.id}`);
        expect(shown.reach).toMatchObject({ calls: 2, failed: 2, users: { count: 2, at_least: false } });
        expect(shown.timeline.map(({ source }) => source)).toEqual(
          expect.arrayContaining(["incident", "note", "update", "provider"]),
        );
        return shown;
      },
      { timeout: 60_000, interval: 300 },
    );
    expect(told).toMatchObject({ state: "identified", impact: "major", lead: "Ada" });
    await cli(server, ...words(`incidents|resolve|${begun.id}|-m|It is over.`));
    expect(await cli(server, ...words(`incidents|list`))).toMatch(/resolved +major +bot +Refunds are refused/);
    expect(await cli(server, ...words(`incidents|list|--open`))).toBe("No incidents.\n");
    const shown = await cli(server, ...words(`incidents|show|${begun.id}`));
    expect(shown).toContain("Reached: 2 of 2 calls failed, 2 users");
    expect(shown).toContain("- [ ] Answer refunds, Ada, until 2026-12-01");
    const markdown = await cli(server, ...words(`incidents|postmortem|${begun.id}`));
    expect(markdown).toContain("# Refunds are refused");
    expect(markdown).toContain("- Calls that failed: 2 of 2 (100.0 %)");
    const [first] = JSON.parse(await cli(server, ...words(`incidents|test-cases|${begun.id}`))) as [
      { request: { messages: unknown }; origin: object; seen: object },
    ];
    expect(first).toMatchObject({
      format: "rollward.test-case/1",
      origin: { incident: begun.id, call: id },
      endpoint: "bot",
      request: { messages: [{ role: "user", content: "Refund?" }] },
      seen: { status: 500 },
      wanted: "Answer refunds",
    });
    const reopened = await incidentOf(server, `POST /api/incidents/${begun.id}/updates`, { state: "investigating" });
    expect(reopened).toMatchObject({ state: "investigating", resolved_at: null });
  });

  test("refuses what makes no sense, with words", async () => {
    const server = await start();
    const open = (body: object) => server.ask("POST", "/api/incidents", body);
    expect(await open({ title: "x", endpoints: ["nobody"] })).toMatchObject({ status: 404 });
    const { id } = await incidentOf(server, "POST /api/incidents", { title: "One" });
    const other = await incidentOf(server, "POST /api/incidents", { title: "Two" });
    const tell = (body: object) => server.ask("POST", `/api/incidents/${id}/updates`, body);
    expect(await tell({ public: true })).toMatchObject({ status: 400, body: { error: { param: "message" } } });
    expect((await tell({ state: "closed" })).status).toBe(400);
    const finish = (action: string) => server.ask("POST", `/api/incidents/${id}/actions/${action}/done`, {});
    expect((await finish("act_none")).status).toBe(400);
    const merge = (into: string) => server.ask("POST", `/api/incidents/${id}/merge`, { into });
    expect((await merge(id)).status).toBe(409);
    expect((await merge(other.id)).status).toBe(200);
    expect(await tell({ title: "Late" })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining("was merged into") as string } },
    });
    expect((await server.ask("GET", "/api/incidents/inc_01m00000000000000000000000")).status).toBe(404);
  });
});

describe("an incident that an alert opens", () => {
  test("is there within seconds, once, with its timeline; the view of this moment names it", async () => {
    const rule = "alerts:\n  rules:\n    broken: { errors_above: 50%, severity: critical, within: 1m, count: 3 }\n";
    const server = await start("\n        failures: { server_error: 100% }", rule);
    const listed = await vi.waitFor(
      async () => {
        await call(server, "ada");
        const { body } = await server.ask("GET", "/api/incidents");
        const { data } = body as { readonly data: readonly { readonly id: string }[] };
        expect(data).toHaveLength(1);
        return data;
      },
      { timeout: 60_000, interval: 500 },
    );
    const incident = await vi.waitFor(
      async () => {
        const shown = await incidentOf(server, `GET /api/incidents/${listed[0]?.id ?? ""}`);
        expect(shown.timeline.map(({ source }) => source)).toEqual(
          expect.arrayContaining(["change", "provider", "alert", "incident"]),
        );
        return shown;
      },
      { timeout: 60_000, interval: 300 },
    );
    expect(incident).toMatchObject({ opened_by: "rollward", impact: "major", endpoints: ["bot"], acknowledged: null });
    expect(incident.title).toMatch(/^Errors of bot/);
    const { body } = await server.ask("GET", "/api/now");
    expect(body).toMatchObject({ situation: "failing", incidents: [{ id: incident.id }] });
    expect((body as { figures: readonly { firing: string | null }[] }).figures[0]?.firing).toBe("broken");
  });
});

/** An incident with something for the public and something that is not. */
async function tellTrouble(server: RunningServer): Promise<void> {
  const incident = await incidentOf(server, "POST /api/incidents", {
    title: "Refunds <i>fail</i>",
    endpoints: ["bot"],
    impact: "major",
  });
  await server.ask("POST", `/api/incidents/${incident.id}/notes`, { note: "secret: bot@1 on sim/m-2026-01-01" });
  await server.ask("POST", `/api/incidents/${incident.id}/updates`, {
    message: "We look into it & tell you.",
    public: true,
    state: "identified",
  });
}

describe("the page for the public", () => {
  test("is not there unless the project has one", async () => {
    const server = await start();
    for (const path of ["/status", "/api/v2/summary.json"]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    }
  });

  test("shows components, what was told, and announced work; needs no key, runs nothing, tells nothing of the inside", async () => {
    const server = await start("", PAGE);
    await tellTrouble(server);
    const page = await fetch(`${server.url}/status`);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain("Partial System Outage");
    expect(html).toContain("Refunds &lt;i&gt;fail&lt;/i&gt;");
    expect(html).toContain("We look into it &amp; tell you.");
    expect(html).toContain("Upgrade &lt;b&gt;");
    expect(html).not.toMatch(/<script|secret|bot@1|sim\/m|inc_/);
  });

  test("is told as data in the shape of Statuspage, for every page on the web", async () => {
    const server = await start("", PAGE);
    await tellTrouble(server);
    const document = async (name: string) => {
      const answer = await fetch(`${server.url}/api/v2/${name}.json`);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(await document("status")).toMatchObject({
      page: { name: "Acme AI", url: "https://status.acme.example", time_zone: "Etc/UTC" },
      status: { indicator: "major", description: "Partial System Outage" },
    });
    expect(await document("components")).toMatchObject({
      components: [
        {
          name: "Support chat",
          status: "partial_outage",
          position: 1,
          description: "Answers to customers",
          group: false,
        },
        { name: "Search", status: "operational", position: 2, description: null },
      ],
    });
    expect(await document("incidents")).toMatchObject({
      incidents: [
        {
          name: "Refunds <i>fail</i>",
          status: "identified",
          impact: "major",
          resolved_at: null,
          incident_updates: [{ status: "identified", body: "We look into it & tell you." }],
          components: [{ name: "Support chat" }],
        },
      ],
    });
    const summary = await document("summary");
    expect(Object.keys(summary)).toEqual(["page", "status", "components", "incidents", "scheduled_maintenances"]);
    expect(summary["scheduled_maintenances"]).toMatchObject([
      { name: "Upgrade <b>", status: "scheduled", scheduled_for: "2099-01-01T00:00:00.000Z", impact: "minor" },
    ]);
    expect(JSON.stringify(summary)).not.toMatch(/secret|bot@1|sim\/m|inc_0/);
  });

  test("names an endpoint, a component or a notifier that is not there where it is written", async () => {
    const page = PAGE.replace("[faq]", "[faqq]").replace("[search]", "[chats]");
    const reports = "reports:\n  team: { every: week, to: [nobody] }\n";
    await expect(start("", `${page}${reports}`)).rejects.toThrow(
      /there is no endpoint "faqq"[\s\S]*did you mean "faq"[\s\S]*there is no component "chats"[\s\S]*there is no notifier of the kind email "nobody"/,
    );
  });
});

describe("a report", () => {
  test("tells a week that is not over yet, as text and as data", async () => {
    await clearOfTheHour();
    const server = await start();
    await call(server);
    const month = new Date().toISOString().slice(0, 7);
    await vi.waitFor(
      async () => {
        const text = await cli(server, "report", "--month", month);
        expect(text).toMatch(/# production: month \d{4}-\d\d/);
        expect(text).toContain("not over yet. 1 calls, 100 % answered");
      },
      { timeout: 60_000, interval: 300 },
    );
    const { body } = await server.ask("GET", `/api/reports?month=${month}&format=html`);
    expect(body).toMatchObject({
      report: { partial: true, whole: { calls: { now: 1 } } },
      document: expect.stringMatching(/^<!doctype html>/) as string,
    });
    for (const query of ["?week=2026-W99", "?month=2026-13", "?week=2026-W01&month=2026-01", "?week=last"]) {
      expect((await server.ask("GET", `/api/reports${query}`)).status).toBe(400);
    }
    expect((await server.ask("GET", "/api/reports")).status).toBe(200);
  });
});
