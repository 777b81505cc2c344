import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { applyTo, endpointText, gatedProject, startGated, until } from "../fixtures/gated-world.ts";
import { pagerRules } from "../fixtures/pagerduty-rules.ts";
import type { PagerRules } from "../fixtures/pagerduty-rules.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startToldServer } from "../fixtures/told-server.ts";
import type { ToldServer } from "../fixtures/told-server.ts";

const KEY = "0123456789abcdef0123456789abcdef";
/** Groups are looked at every five seconds. */
const LATER = { timeout: 60_000, interval: 100 };

let rules: PagerRules;
let pager: ToldServer;
let server: RunningServer;

beforeEach(async () => {
  rules = pagerRules();
  pager = await startToldServer(rules.answer);
});

afterEach(async () => {
  await server.stop();
  await pager.close();
});

const project = (temperature: number): Record<string, string> =>
  gatedProject(
    temperature,
    endpointText("bot", ""),
    `notifiers:\n  pager: { kind: pagerduty, key_env: PAGER_KEY, url: "${pager.url}" }\n`,
  );

describe("steps of a rollout", () => {
  test("are change events at PagerDuty, once each and in order, and wake nobody", async () => {
    server = await startGated(project(0.1), {
      environment: { PAGER_KEY: KEY },
      publicUrl: "https://rollward.example.com",
    });
    const { bot: first = "" } = await applyTo(server, project(0.2));
    await until(server, first, { state: "completed" });
    await vi.waitFor(() => expect(rules.changes.length).toBeGreaterThanOrEqual(2), LATER);
    const { bot: second = "" } = await applyTo(server, project(0.3));
    await until(server, second, { state: "completed" });
    await vi.waitFor(() => expect(rules.changes.length).toBeGreaterThanOrEqual(4), LATER);
    const words = rules.changes.map((each) => each.split(".")[0]);
    expect(words).toEqual(["bot@2 starts", "bot@2 is promoted", "bot@3 starts", "bot@3 is promoted"]);
    expect(rules.incidents).toEqual([]);
    const links = pager.taken.map(({ body }) => (body as { links?: { href: string }[] }).links?.[0]?.href);
    const page = (rollout: string): string => `https://rollward.example.com/rollouts/${rollout}?environment=production`;
    expect(links).toEqual([page(first), page(first), page(second), page(second)]);
  }, 60_000);
});
