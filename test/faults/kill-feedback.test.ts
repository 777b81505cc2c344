import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apply, call, comparing, send } from "../fixtures/feedback-stage.ts";
import type { FeedbackAnswer, RolloutView } from "../fixtures/feedback-stage.ts";
import { writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";

/** Margins so wide that nothing is ever proven: all sessions are shown. */
const METRICS = "thumbs: { within: 10m, harm: 90, no_worse: 1.01, required: true }";
const LATER = { timeout: 60_000, interval: 200 };

const directory = mkdtempSync(join(tmpdir(), "rollward-kill-feedback-"));
let server: ServerProcess | null = null;

async function start(more: readonly string[]): Promise<ServerProcess> {
  const started = spawnServer(await freePort(), [...more, "--data-dir", directory]);
  await ready(started);
  return started;
}

async function rolloutOf(target: ServerProcess, id: string): Promise<RolloutView> {
  const answer = await askProcess(target, { method: "GET", path: `/api/rollouts/${id}` });
  if (answer?.status !== 200) throw new Error(`The rollout is not shown:\n${target.output()}`);
  return answer.body as RolloutView;
}

beforeAll(async () => {
  server = await start(["--config", writeProject(comparing("good-2026-01-01", METRICS))]);
}, 120_000);

afterAll(() => {
  server?.process.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

test("a hard kill loses nothing of what was acknowledged as evidence", { timeout: 180_000 }, async () => {
  if (server === null) throw new Error("The server did not start.");
  const before = server;
  const rollout = await apply(before, comparing("bad-2026-03-01", METRICS));
  await vi.waitFor(async () => {
    const { state, activity } = await rolloutOf(before, rollout);
    expect([state, activity]).toEqual(["ramping", "observing"]);
  }, LATER);
  const acknowledged: string[] = [];
  for (let index = 0; index < 12; index += 1) {
    const { id } = await call(before, { session: `s-${index}` });
    const { body } = await send<FeedbackAnswer>(before, "/v1/feedback", { call: id, thumbs: "down" });
    if (body.evidence[0]?.used === "counted") acknowledged.push(id);
  }
  before.process.kill("SIGKILL");
  await before.exited;
  expect(acknowledged.length).toBeGreaterThan(6);
  const after = await start(["--no-demo"]);
  server = after;
  await vi.waitFor(async () => {
    const { metrics } = await rolloutOf(after, rollout);
    const thumbs = metrics.find(({ metric }) => metric === "thumbs");
    const { n, value } = thumbs ?? { n: { stable: 0, candidate: 0 }, value: { stable: 0, candidate: 0 } };
    const down = n.stable * (value.stable ?? 0) + n.candidate * (value.candidate ?? 0);
    expect(Math.round(down)).toBe(acknowledged.length);
  }, LATER);
  const kept = await askProcess(after, { method: "GET", path: `/api/feedback?rollout=${rollout}&limit=100` });
  expect(kept?.body).toMatchObject({ data: acknowledged.toReversed().map((id) => ({ call: id })) });
});
