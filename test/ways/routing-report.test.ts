import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { routingReportView } from "../../src/contract/routing.ts";
import { routedEndpoint, startRoutedWorld } from "../fixtures/routed-world.ts";
import type { RoutedWorld } from "../fixtures/routed-world.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";

type Report = z.output<typeof routingReportView>;

let world: RoutedWorld;

const ENDPOINTS = `${routedEndpoint(
  "ruled",
  `strategy: rules
rules:
  - route: strong
    when: { language: [de] }
  - route: strong
    when: { labels: { plan: [gold] } }
otherwise: cheap
explore: 0`,
)}${routedEndpoint(
  "explored",
  `strategy: cascade
explore: 50%`,
)}${routedEndpoint(
  "wasted",
  `strategy: rules
rules:
  - route: strong
    when: { characters: { least: 13 } }
otherwise: cheap
explore: 50%`,
)}
  plain:
    models: [up/cheap-2026-01-01]
`;

beforeAll(async () => {
  world = await startRoutedWorld(ENDPOINTS);
});

afterAll(() => world.stop());

describe("the report", () => {
  const report = async (name: string): Promise<Report> => {
    await world.server.server.house.gateway.recorder.flush();
    return (await world.server.ask("GET", `/api/endpoints/${name}/routing-report`)).body as Report;
  };

  /** Many sessions of one call, a few at a time. */
  async function live(name: string, count: number, text: (index: number) => string): Promise<void> {
    const next = Array.from({ length: count }, (_, index) => index);
    const worker = async (): Promise<void> => {
      for (let index = next.pop(); index !== undefined; index = next.pop()) {
        await world.ask(name, text(index), { session: `live-${index}` });
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
  }

  test("says that a cascade beats its controls in a world where it does", async () => {
    // The cheap model fails 3 of 10; what is hard has nothing to do with length.
    await live(
      "explored",
      700,
      (index) => `${(index * 7) % 10 < 3 ? "hard" : "easy"} ${"x".repeat((index * 13) % 29)} ${index}`,
    );
    const told = await report("explored");
    expect(told.comparisons.map(({ verdict }) => verdict)).toEqual(["beats", "beats"]);
    expect(told).toMatchObject({ verdict: "beats", strategy: "cascade", sessions: 700, is_cut: false });
    expect(told.words).toContain("beats both controls");
  });

  test("is a table and plain words on the command line, and JSON for programs", async () => {
    let out = "";
    const run = (...args: string[]): Promise<number> => {
      out = "";
      const write = (text: string): void => void (out += text);
      return runCli(["--url", world.server.url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, write);
    };
    expect(await run("routing", "report", "explored", "--since", "1d")).toBe(0);
    expect(out).toMatch(/^explored@1: 700 sessions, \d{3} of them drawn by lot, since /);
    for (const row of [
      "this routing (cascade)",
      "always cheap",
      "random at the same cost",
      "length only at the same cost",
    ]) {
      expect(out).toContain(row);
    }
    expect(out).toContain("It beats a router that draws by lot and costs the same: by ");
    expect(await run("--json", "routing", "report", "explored", "--release", "1")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ release: "explored@1", confidence: 0.95, verdict: "beats" });
    expect(await run("--json", "routing", "report", "explored", "--key", "key_of_nobody")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sessions: 0, verdict: "not enough sessions" });
    expect(await run("routing", "report", "explored", "--release", "7")).toBe(1);
    expect(await run("routing", "report", "explored", "--since", "yesterday")).toBe(1);
  });

  test("says that a router does not beat them in a world where the dear model is no better", async () => {
    await live("wasted", 600, (index) => `easy ${"x".repeat((index * 13) % 17)} ${index}`);
    const told = await report("wasted");
    expect(told).toMatchObject({ verdict: "does not beat", sessions: 600 });
  });

  test("says how many sessions are missing, and what an endpoint without routing is", async () => {
    await world.ask("ruled", "Hello to the report");
    expect(await report("ruled")).toMatchObject({ verdict: "not enough sessions", explored: 0, needed: null });
    const { status, body } = await world.server.ask("GET", "/api/endpoints/plain/routing-report");
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: "routing_not_configured" } });
  });
});
