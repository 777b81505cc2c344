import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { askResults, startResultServer } from "../fixtures/result-stage.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(tool: string) {
  const server = await startResultServer({ tool });
  running = server;
  const lookUp = async (id: string) =>
    (
      await askResults(server, {
        key: ADMIN_KEY,
        path: "/v1/tool-results/lookup",
        body: { endpoint: "support-bot", tool: "lookup_order", arguments: { id } },
      })
    ).body;
  const bring = async (claim: unknown, result: unknown) =>
    (await askResults(server, { key: ADMIN_KEY, method: "PUT", path: "/v1/tool-results", body: { claim, result } }))
      .body;
  return { server, lookUp, bring };
}

async function say(server: RunningServer, ...args: readonly string[]): Promise<string> {
  let text = "";
  const environment = { ROLLWARD_API_KEY: ADMIN_KEY, ROLLWARD_URL: server.url };
  expect(await runCli(args, environment, (more) => (text += more))).toBe(0);
  return text;
}

describe("evidence that results are what a run would give", () => {
  test("one lookup in so many runs although there is a result, and the same result keeps the source open", async () => {
    const { server, lookUp, bring } = await start("audit: 25%");
    await bring((await lookUp("a"))["claim"], { state: "sent", at: 1 });
    const told = [];
    for (let count = 0; count < 12; count += 1) {
      const answer = await lookUp("a");
      told.push(answer["status"]);
      if (answer["status"] === "hit") continue;
      expect(answer).toMatchObject({ reason: "audit" });
      expect(await bring(answer["claim"], { at: 1.0, state: "sent" })).toEqual({ kept: "stored", audit: "same" });
    }
    expect(told.filter((status) => status === "miss").length).toBe(3);
    expect(await say(server, "cache", "show")).toContain("3, 0 differed");
  });

  test("one result that differs closes a source where none may, and says so until somebody opens it", async () => {
    const { server, lookUp, bring } = await start("audit: 100%");
    await bring((await lookUp("a"))["claim"], "first");
    await bring((await lookUp("b"))["claim"], "another");
    const audit = await lookUp("a");
    expect(await bring(audit["claim"], "second")).toEqual({ kept: "closed", audit: "differs" });
    expect(await lookUp("a")).toEqual({ status: "miss", reason: "closed", claim: null });
    expect(await lookUp("b")).toEqual({ status: "miss", reason: "closed", claim: null });
    expect(await say(server, "cache", "show")).toContain("1 of 1 comparisons gave another result");
    expect(await say(server, "results", "open", "support-bot", "--tool", "lookup_order")).toContain("open again");
    expect(await lookUp("b")).toMatchObject({ status: "miss", reason: "absent" });
  });

  test("where some may differ, it takes more than that share to close", async () => {
    const { lookUp, bring } = await start("audit: 100%, may_differ: 20%");
    await bring((await lookUp("a"))["claim"], 0);
    for (let count = 1; count <= 4; count += 1) {
      // The first and the fifth are other results.
      const answer = await lookUp("a");
      expect(await bring(answer["claim"], count)).toMatchObject({ audit: "differs" });
      if (count === 1) expect(await lookUp("a")).toMatchObject({ reason: "audit" });
    }
    let closedAfter = 4;
    while ((await lookUp("a"))["reason"] === "audit" && closedAfter < 40) {
      await bring((await lookUp("a"))["claim"], (closedAfter += 1));
    }
    expect(closedAfter).toBeGreaterThan(3);
    expect(closedAfter).toBeLessThan(12);
  });

  test("a run that fails is no evidence", async () => {
    const { server, lookUp, bring } = await start("audit: 100%");
    await bring((await lookUp("a"))["claim"], "first");
    expect(await bring((await lookUp("a"))["claim"], { isError: true })).toEqual({ kept: "error", audit: null });
    expect(await lookUp("a")).toMatchObject({ reason: "audit" });
    expect(await say(server, "cache", "show")).toContain("0, 0 differed");
  });
});
