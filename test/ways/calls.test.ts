import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import type { diffCalls, listCallLines, replayCall, showCall, tallyCalls } from "../../src/contract/calls.ts";
import type { listSessions, showSession } from "../../src/contract/sessions.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { startSupportServer } from "../fixtures/support-server.ts";
import { eventually } from "../fixtures/eventually.ts";

let server: RunningServer;
let folder = "";
/** Ids of three calls in one session, and of one that failed. */
const ids: string[] = [];

interface Asked {
  readonly text: string;
  readonly session?: string;
  readonly stream?: boolean;
  readonly model?: string;
}

async function ask({ text, session, stream = false, model = "support" }: Asked): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      ...(session !== undefined && { "x-rollward-session": session }),
    },
    body: JSON.stringify({
      model,
      stream,
      user: "ada",
      metadata: { team: "blue" },
      messages: [{ role: "user", content: text }],
    }),
  });
  await response.text();
  return response.headers.get("x-rollward-call") ?? "";
}

async function get<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as T;
}

type Lines = z.output<typeof listCallLines.answer>;
type Whole = z.output<typeof showCall.answer>;

const listed = async (query: string): Promise<readonly string[]> =>
  (await get<Lines>(`/api/calls/lines?${query}`)).data.map(({ id }) => id);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollward-calls-"));
  server = await startSupportServer();
  ids.push(
    await ask({ text: "Where is my zanzibar order?", session: "s-1" }),
    await ask({ text: "And the invoice of it?", session: "s-1", stream: true }),
    await ask({ text: "Thank you.", session: "s-1" }),
    await ask({ text: "zanzibar again", model: "nobody" }),
  );
  await eventually(async () => {
    if ((await listed("")).length < ids.length) throw new Error("They are not recorded yet.");
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("finding calls", () => {
  test("by words, and by words that must not be there", async () => {
    expect(await listed("text=ZANZIBAR")).toEqual([ids[3], ids[0]]);
    expect(await listed("text=zanzibar+-again")).toEqual([ids[0]]);
    expect(await listed("text=zanzibar&order=oldest&limit=1")).toEqual([ids[0]]);
    expect(await listed("text=nowhere")).toEqual([]);
  });

  test("by every member that a page offers, several values of one at once", async () => {
    expect(await listed("outcome=failed")).toEqual([ids[3]]);
    expect(await listed("outcome=failed,ok")).toHaveLength(4);
    expect(await listed("endpoint=(none)")).toEqual([ids[3]]);
    expect(await listed("stream=true&session=s-1&user=ada")).toEqual([ids[1]]);
    expect(await listed("user=eve")).toEqual([]);
    expect(await listed("tag=team:blue&text=invoice")).toEqual([ids[1]]);
    expect(await listed("cost_from=3")).toEqual([]);
    expect(await listed(`latency_to=86400000&after=${ids[1]}`)).toEqual([ids[0]]);
    const { trace, request_sha256: hash } = await get<Whole>(`/api/calls/${ids[2]}`);
    expect(await listed(`trace=${trace}`)).toEqual([ids[2]]);
    expect(await listed(`same_as=${hash}`)).toEqual([ids[2]]);
  });

  test("shows the beginning of what was said and never the bytes", async () => {
    const { data } = await get<Lines>("/api/calls/lines?text=invoice");
    expect(data[0]?.gist?.asked).toBe("And the invoice of it?");
    expect(data[0]).not.toHaveProperty("bodies");
  });

  test("counts what one would see by choosing another value", async () => {
    const tally = await get<z.output<typeof tallyCalls.answer>>("/api/calls/tally?outcome=failed");
    expect([tally.calls, tally.failed, tally.is_exact]).toEqual([1, 1, true]);
    expect(tally.facets.outcome).toEqual([
      { value: "ok", calls: 3 },
      { value: "failed", calls: 1 },
    ]);
    expect(tally.facets.endpoint).toEqual([{ value: "(none)", calls: 1 }]);
    expect(tally.spans.reduce((sum, { calls }) => sum + calls, 0)).toBe(1);
  });

  test("refuses what is no filter in words that help", async () => {
    const response = await fetch(`${server.url}/api/calls/lines?tag=blue`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("with a colon between them");
  });
});

describe("one call", () => {
  test("works its cost out line by line, down to what was recorded", async () => {
    const { cost, cost_pico: recorded, said } = await get<Whole>(`/api/calls/${ids[0]}`);
    expect(cost).toMatchObject({ lines_pico: recorded, is_recorded: true, other_pico: "0" });
    const sum = cost.lines.reduce((total, line) => total + BigInt(line.count) * BigInt(line.price_pico ?? 0), 0n);
    expect(sum.toString()).toBe(recorded);
    expect(said?.asked).toBe("Where is my zanzibar order?");
  });

  test("tells an error apart from what a model said", async () => {
    const { said } = await get<Whole>(`/api/calls/${ids[3]}`);
    expect(said).toMatchObject({ asked: "zanzibar again", answered: "", tools: [] });
    expect(said?.error).toContain("nobody");
  });

  test("can be read without its bytes", async () => {
    const { bodies } = await get<Whole>(`/api/calls/${ids[0]}?bodies=false`);
    expect(bodies).toEqual({ request: null, upstream: null, answer: null });
  });

  test("differs from another in what was asked, found in its place", async () => {
    const diff = await get<z.output<typeof diffCalls.answer>>(`/api/calls/${ids[0]}/diff?with=${ids[2]}`);
    expect(diff.request.changes).toContainEqual({
      path: "/messages/0/content",
      kind: "changed",
      before: '"Where is my zanzibar order?"',
      after: '"Thank you."',
    });
    const same = await get<z.output<typeof diffCalls.answer>>(`/api/calls/${ids[0]}/diff?with=${ids[0]}`);
    expect([same.facts.same, same.request.same, same.answer.same]).toEqual([true, true, true]);
  });

  test("is echoed byte for byte without asking anybody", async () => {
    const { bodies } = await get<Whole>(`/api/calls/${ids[1]}`);
    const response = await fetch(`${server.url}/api/calls/${ids[1]}/echo?speed=1000`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(await response.text()).toBe(bodies.answer?.text);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await listed("")).toHaveLength(4);
  });

  test("is sent again as a marked call that its key pays for and no evidence counts", async () => {
    const before = await get<Whole>(`/api/calls/${ids[0]}`);
    const again = await get<z.output<typeof replayCall.answer>>(`/api/calls/${ids[0]}/replays`, "POST", {});
    expect(again).toMatchObject({ release: "support@1", is_own: true, status: 200, upstream_is_same: true });
    const replay = await get<Whole>(`/api/calls/${again.call}`);
    expect(replay).toMatchObject({ key: before.key, rollout: null, arm: null, backtest: { replays: ids[0] } });
    expect(await listed("kind=replay")).toEqual([again.call]);
    expect(await listed("kind=traffic")).toHaveLength(4);
  });

  test("is not sent through a release that is none of its endpoint", async () => {
    const response = await fetch(`${server.url}/api/calls/${ids[0]}/replays`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ release: "support@9" }),
    });
    expect(response.status).toBe(404);
  });
});

describe("sessions", () => {
  test("are listed by their newest call and shown as a thread", async () => {
    const { data } = await get<z.output<typeof listSessions.answer>>("/api/sessions?kind=traffic");
    expect(data.map(({ session }) => session)).toEqual(["s-1"]);
    const thread = await get<z.output<typeof showSession.answer>>("/api/session?session=s-1&limit=3");
    expect(thread.calls.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(thread.users).toEqual(["ada"]);
    expect(thread.total?.calls).toBeGreaterThanOrEqual(3);
  });
});

describe("the command line", () => {
  test("searches, and says what a filter that is none should be", async () => {
    const found = await runRollward(server, ["calls", "list", "--search", "zanzibar", "--outcome", "ok"]);
    expect(found.text).toContain("Where is my zanzibar order?");
    expect(found.text).not.toContain(ids[3] ?? "");
    const wrong = await runRollward(server, ["calls", "list", "--slower-than", "soon"]);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.text).toContain("`soon` is no time.");
  });

  test("goes on with an export where it broke off", async () => {
    const file = join(folder, "calls.jsonl");
    const whole = await runRollward(server, ["calls", "export", file, "--kind", "traffic", "--bodies"]);
    expect(whole.text).toContain("4 calls, 4 of them new");
    const text = readFileSync(file, "utf8");
    truncateSync(file, text.indexOf("\n") + 40);
    const rest = await runRollward(server, ["calls", "export", file, "--kind", "traffic", "--bodies"]);
    expect(rest.text).toContain("4 calls, 3 of them new");
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("shows a call as curl, a difference and a session", async () => {
    const curl = await runRollward(server, ["calls", "show", ids[0] ?? "", "--curl"]);
    expect(curl.text).toContain("/v1/chat/completions'");
    expect(curl.text).toContain("$ROLLWARD_API_KEY");
    const diff = await runRollward(server, ["calls", "diff", ids[0] ?? "", ids[2] ?? ""]);
    expect(diff.text).toContain('- /messages/0/content  "Where is my zanzibar order?"');
    const session = await runRollward(server, ["sessions", "show", "s-1"]);
    expect(session.text).toContain("user ada");
    expect((await runRollward(server, ["calls", "replay", ids[0] ?? ""])).text).toContain("support@1  200");
  });
});

describe("the live tail", () => {
  test("tells new calls of a filter, and no others", async () => {
    const stop = new AbortController();
    const query = new URLSearchParams({ topics: "calls", calls: "stream=true" });
    const response = await fetch(`${server.url}/api/live?${query.toString()}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      signal: stop.signal,
    });
    const heard: string[] = [];
    const reading = (async () => {
      for await (const chunk of response.body ?? []) heard.push(Buffer.from(chunk as Uint8Array).toString());
    })().catch(() => {});
    const followed: string[] = [];
    await vi.waitFor(
      async () => {
        followed.push(await ask({ text: "not followed" }), await ask({ text: "followed", stream: true }));
        expect(followed.some((id) => heard.join("").includes(id))).toBe(true);
      },
      { timeout: 60_000, interval: 700 },
    );
    stop.abort();
    await reading;
    const told = heard.join("");
    expect(followed.filter((_, index) => index % 2 === 0).some((id) => told.includes(id))).toBe(false);
  });
});
