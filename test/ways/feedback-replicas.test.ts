import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { apply, call, comparing, send, viewOf } from "../fixtures/feedback-stage.ts";
import type { FeedbackAnswer, RolloutView } from "../fixtures/feedback-stage.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { JumpingClock } from "../fixtures/jumping-clock.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const METRICS = "thumbs: { within: 10m, required: true }";
const GOOD = comparing("good-2026-01-01", METRICS);
const BAD = comparing("bad-2026-03-01", METRICS);
const WINDOW_MS = 600_000;
/** The same where nothing is ever proven, so that all sessions are shown; a restart takes no part of such a window. */
const COUNTED = comparing("bad-2026-03-01", "thumbs: { within: 10m, harm: 90, no_worse: 1.01, required: true }");

const LATER = { timeout: 60_000, interval: 100 };

let servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
  servers = [];
  database = null;
});

const isDrawing = ({ server }: RunningServer): boolean =>
  server.house.gateway.routes.byEndpoint("support-bot")?.split?.collecting === true;

const thumbsOf = ({ metrics }: RolloutView) => metrics.find(({ metric }) => metric === "thumbs");

// Only where there is a database server: `.ci/run` starts one and names it.
describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("two replicas", () => {
  test("what one hears of sessions that the other assigned rolls the release back", { timeout: 90_000 }, async () => {
    database = await createFreshDatabase();
    if (database === null) throw new Error("There is no database server.");
    const clock = new JumpingClock();
    for (let index = 0; index < 2; index += 1) servers.push(await startServer(GOOD, { database, clock }));
    const [one, other] = servers as [RunningServer, RunningServer];
    const rollout = await apply(one, BAD);
    await vi.waitFor(() => expect(servers.every(isDrawing)).toBe(true), LATER);
    const used: string[] = [];
    for (let sent = 0; sent < 80; sent += 20) {
      const sessions = Array.from({ length: 20 }, (_, index) => `s-${sent + index}`);
      const called = await Promise.all(sessions.map((session) => call(one, { session })));
      const answers = await Promise.all(
        called
          .filter(({ arm }) => arm === "candidate")
          .map(({ id }) => send<FeedbackAnswer>(other, "/v1/feedback", { call: id, thumbs: "down" })),
      );
      used.push(...answers.map(({ body }) => body.evidence[0]?.used ?? ""));
    }
    expect(used.every((fate) => fate === "counted" || fate === "handed_on")).toBe(true);
    clock.sleep(WINDOW_MS);
    await vi.waitFor(async () => expect((await viewOf(other, rollout)).state).toBe("rolled_back"), LATER);
    const seen = await viewOf(one, rollout);
    expect(seen.union.blame).toBe("thumbs");
    // Each session once, wherever it was spoken of.
    expect(thumbsOf(seen)?.n.candidate).toBeLessThanOrEqual(used.length);
  });

  test("what a replica heard before it went away counts all the same", { timeout: 120_000 }, async () => {
    database = await createFreshDatabase();
    if (database === null) throw new Error("There is no database server.");
    const clock = new JumpingClock();
    for (let index = 0; index < 2; index += 1) servers.push(await startServer(GOOD, { database, clock }));
    const [one, other] = servers as [RunningServer, RunningServer];
    const rollout = await apply(one, COUNTED);
    await vi.waitFor(() => expect(servers.every(isDrawing)).toBe(true), LATER);
    const called = await Promise.all(Array.from({ length: 10 }, (_, index) => call(one, { session: `s-${index}` })));
    const answers = await Promise.all(
      called.map(({ id }) => send<FeedbackAnswer>(other, "/v1/feedback", { call: id, thumbs: "down" })),
    );
    expect(answers.map(({ body }) => body.evidence[0]?.used)).toEqual(
      called.map(() => expect.stringMatching(/^(counted|handed_on)$/)),
    );
    await other.stop();
    servers = [one];
    clock.sleep(WINDOW_MS);
    await vi.waitFor(async () => {
      const { n, value } = thumbsOf(await viewOf(one, rollout)) ?? { n: null, value: null };
      expect([(n?.stable ?? 0) + (n?.candidate ?? 0), value?.stable ?? 1, value?.candidate ?? 1]).toEqual([10, 1, 1]);
    }, LATER);
  });
});

test("a restart loses nothing that was said, nor the sessions that wait", { timeout: 90_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rollward-feedback-"));
  try {
    const clock = new JumpingClock();
    const before = await startServer(GOOD, { dataDir, clock });
    servers = [before];
    const rollout = await apply(before, COUNTED);
    await vi.waitFor(() => expect(isDrawing(before)).toBe(true), LATER);
    const called = await Promise.all(Array.from({ length: 12 }, (_, index) => call(before, { session: `s-${index}` })));
    await Promise.all(called.slice(0, 6).map(({ id }) => send(before, "/v1/feedback", { call: id, thumbs: "down" })));
    await before.stop();
    const after = await startServer(COUNTED, { dataDir, clock });
    servers = [after];
    const late = await Promise.all(
      called.slice(6, 9).map(({ id }) => send<FeedbackAnswer>(after, "/v1/feedback", { call: id, thumbs: "down" })),
    );
    expect(late.map(({ body }) => body.evidence[0]?.used)).toEqual(["counted", "counted", "counted"]);
    clock.sleep(WINDOW_MS);
    await vi.waitFor(async () => {
      const { n, value } = thumbsOf(await viewOf(after, rollout)) ?? { n: null, value: null };
      const down = (n?.stable ?? 0) * (value?.stable ?? 0) + (n?.candidate ?? 0) * (value?.candidate ?? 0);
      expect([(n?.stable ?? 0) + (n?.candidate ?? 0), Math.round(down)]).toEqual([12, 9]);
    }, LATER);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    servers = [];
    rmSync(dataDir, { recursive: true, force: true });
  }
});
