import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { apply, call, comparing } from "../fixtures/feedback-stage.ts";
import type { Called } from "../fixtures/feedback-stage.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { eventually } from "../fixtures/eventually.ts";

const METRICS = "thumbs: true, judge: { score: helpful, digest: judge@3, required: true }";

let server: RunningServer;
let rollout = "";
let called: Called;

beforeAll(async () => {
  server = await startServer(comparing("good-2026-01-01", METRICS));
  rollout = await apply(server, comparing("bad-2026-03-01", METRICS));
  await eventually(() => {
    const route = server.server.house.gateway.routes.byEndpoint("support-bot");
    if (route?.split?.collecting !== true) throw new Error("No sessions are drawn yet.");
  });
  called = await call(server, { session: "s-1" });
});
afterAll(() => server.stop());

async function run(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(["feedback", ...words], environment, (said) => {
    text += said;
  });
  return { code, text };
}

test("says something of a call, and tells what became of it", async () => {
  const sent = await run("send", called.id, "--down", "--problem", "Made up.", "--category", "wrong", "--id", "f-1");
  expect(sent).toEqual({
    code: 0,
    text: "f-1 is kept.\nthumbs: evidence of the rollout\nproblem: the rollout does not compare it\n",
  });
  const again = await run("send", called.id, "--down", "--id", "f-1");
  expect(again.text).toContain("f-1 was known; nothing was changed.\nthumbs: the session has had its say already");
  const scored = await run("send", "--session", "s-1", "--score", "helpful=0.8", "polite=1", "--judge", "judge@3");
  expect(scored.text).toContain(
    "score helpful: evidence of the rollout\nscore polite: the rollout does not compare it",
  );
});

test("lists what was said, for people and for programs", async () => {
  await run("send", called.id, "--correction", "Say 42.", "--id", "f-2");
  const { text } = await run("list", "support-bot", "--kind", "correction");
  expect(text).toMatch(/at +call or session +release +arm +said +text\n.* correction +Say 42\./);
  const listed = await run("--json", "list", "--call", called.id);
  expect(listed.code === 0 ? JSON.parse(listed.text) : listed.text).toContainEqual(
    expect.objectContaining({ id: "f-2", kind: "correction", call: called.id }),
  );
  expect((await run("list", "--rollout", rollout, "--kind", "metric")).text).toBe("Nothing has been said.\n");
});

test("tells a judge what is due", async () => {
  await eventually(async () => {
    const { text } = await run("due", rollout);
    expect(text).toContain("Score `helpful` as the judge `judge@3`.");
    expect(text).toContain(called.id);
  });
});

test("says what is wrong with a command line in the words of the command line", async () => {
  expect(await run("send", called.id, "--up", "--down")).toMatchObject({ code: 1 });
  expect((await run("send", called.id, "--score", "helpful")).text).toContain("helpful is no score.");
  expect((await run("send", called.id)).text).toContain("must say something");
  expect((await run("list", "--kind", "gossip")).text).toContain("--kind");
  expect((await run("send", "call_01jd0000000000000000000000", "--up")).text).toContain("There is no recorded call");
});
