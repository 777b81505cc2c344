import { afterEach, expect, test, vi } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import type { incidentView } from "../../src/contract/incidents.ts";
import type { nowView } from "../../src/contract/now.ts";
import { JumpingClock } from "../fixtures/jumping-clock.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Now = z.output<typeof nowView>;
type Incident = z.output<typeof incidentView>;

const MINUTE = 60_000;

let running: RunningServer | null = null;
const clock = new JumpingClock();

afterEach(async () => {
  await running?.stop();
  running = null;
});

/** `good` serves; `bad` is what the candidate asks. `broken` is what sim/good does to its calls. */
const project = (model: string, broken = ""): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01", { failures: broken }), modelText("bad-2026-03-01", { failures: "malformed: 95%" }))}
endpoints:
  bot:
    models: [sim/${model}]
    retries: { attempts: 1 }
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 0 }, 100%]
      drain: 0s
      metrics: { latency: false, cost: false }
alerts:
  rules:
    broken: { errors_above: 50%, severity: critical, within: 1m, count: 3 }
status_page:
  title: Acme AI
  components:
    chat: { name: Support chat, endpoints: [bot] }
`,
});

const server = (): RunningServer => {
  if (running === null) throw new Error("No server runs.");
  return running;
};

/** Applies a project; answers when (epoch ms) and what was not understood. */
async function apply(files: Record<string, string>): Promise<number> {
  const at = clock.now();
  const { mistakes } = await sendProject(
    { url: server().url, key: ADMIN_KEY },
    { path: writeProject(files), dryRun: false },
  );
  expect(mistakes).toEqual([]);
  return at;
}

let sessions = 0;

async function call(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    sessions += 1;
    const response = await fetch(`${server().url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": `s-${sessions}`,
      },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
    });
    await response.arrayBuffer();
  }
}

const read = async <T>(path: string): Promise<T> => (await server().ask("GET", path)).body as T;
const viewed = (): Promise<Now> => read<Now>("/api/now");

const SOON = { timeout: 60_000, interval: 400 };
const PATH = "providers.sim.models.good-2026-01-01.failures";

/** bot@2 was taken back by evidence, minutes ago. */
async function rolledBackMinutesAgo(): Promise<void> {
  running = await startServer(project("good-2026-01-01"), { clock });
  await apply(project("bad-2026-03-01"));
  await vi.waitFor(async () => {
    await call(20);
    const { data } = await read<{ data: readonly { state: string }[] }>("/api/rollouts?endpoint=bot&limit=1");
    expect(data[0]?.state).toBe("rolled_back");
  }, SOON);
  const view = await vi.waitFor(async () => {
    const seen = await viewed();
    expect(seen.sentence).toContain("bot@2");
    expect(seen.reach?.calls).toBeGreaterThan(0);
    return seen;
  }, SOON);
  expect(view.reach?.users?.count).toBeLessThanOrEqual(view.reach?.calls ?? 0);
  clock.sleep(20 * MINUTE);
}

/** What an apply breaks, as the view of the moment, the incident and the page for the public tell it. */
async function broken(appliedAt: number): Promise<Incident> {
  const view = await vi.waitFor(async () => {
    await call(5);
    const seen = await viewed();
    expect(seen.situation).toBe("failing");
    expect(seen.incidents).toHaveLength(1);
    return seen;
  }, SOON);
  const { at: causeAt = "" } = view.situations[0]?.likely_cause ?? {};
  expect(view.sentence).toContain(`Likely cause at ${causeAt.slice(11, 19)}`);
  expect(view.sentence).toContain(PATH);
  expect(view.sentence).not.toContain("bot@2");
  const incident = await read<Incident>(`/api/incidents/${view.incidents[0]?.id ?? ""}`);
  expect(incident).toMatchObject({ title: "Errors of bot: more than 50 %", opened_by: "rollward" });
  expect(incident.likely_cause).toContain(PATH);
  // Everybody is told the same beginning: the first call that failed after the apply.
  const began = Date.parse(incident.started_at);
  expect(began).toBeGreaterThanOrEqual(appliedAt);
  expect(began).toBeLessThan(appliedAt + 30_000);
  expect(Math.abs(Date.parse(incident.likely_cause_at ?? "") - appliedAt)).toBeLessThan(30_000);
  expect(view.situations[0]?.since).toBe(incident.started_at);
  expect(view.situations[0]?.likely_cause).toMatchObject({ at: incident.likely_cause_at });
  return incident;
}

async function cli(...args: readonly string[]): Promise<string> {
  let out = "";
  const code = await runCli(args, { ROLLWARD_URL: server().url, ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    out += text;
  });
  expect({ code, out }).toMatchObject({ code: 0 });
  return out;
}

/** The view of the moment, once the watch has noted what the incident shows before. */
async function noted(): Promise<string> {
  const told = await cli("now");
  expect(told).toContain("Its calls are well again since ");
  return told;
}

/** What mended it stays with the incident, and nothing that fails later is counted. */
async function keptWith({ id, started_at: startedAt }: Incident, mendedAt: number): Promise<void> {
  clock.sleep(4 * MINUTE);
  const shown = await vi.waitFor(async () => {
    await call(5);
    const seen = await read<Incident>(`/api/incidents/${id}`);
    expect(seen.well_since).not.toBeNull();
    // The clock jumped: the minutes say that it is well while the calls that tell what mended it are being written.
    expect(seen.mended_by).not.toBeNull();
    return seen;
  }, SOON);
  expect(Math.abs(Date.parse(shown.mended_by?.at ?? "") - mendedAt)).toBeLessThan(30_000);
  expect(shown.mended_by?.line).toContain(PATH);
  expect(shown.reach).toMatchObject({ since: startedAt, until: shown.well_since });
  const told = await cli("incidents", "show", id);
  expect(told).toContain(`Calls are well again since ${(shown.well_since ?? "").slice(0, 19).replace("T", " ")}.`);
  expect(told).toMatch(/Probably mended at .* by .*: The project was applied: /);
  expect(told).toContain("It still is investigating, and the status page tells the public so:");
  expect(await vi.waitFor(noted, SOON)).toMatch(/nobody has said so yet: `rollward incidents update`/);
  // Minutes are looked at together: a quarter of an hour later another trouble is another one.
  clock.sleep(16 * MINUTE);
  await apply(project("good-2026-01-01", "server_error: 100%"));
  await call(20);
  await vi.waitFor(async () => {
    await call(3);
    const { data } = await read<{ data: readonly { id: string }[] }>("/api/incidents");
    expect(data.map((one) => one.id === id)).toEqual([false, true]);
  }, SOON);
  const { body } = await server().ask("GET", `/api/incidents/${id}/postmortem`);
  const { markdown } = body as { readonly markdown: string };
  expect(markdown).toMatch(/## Mended\n\nProbably, by its time and kind: The project was applied/);
  const later = await read<Incident>(`/api/incidents/${id}`);
  expect(later.reach).toMatchObject({ failed: shown.reach.failed, until: shown.well_since });
  await apply(project("good-2026-01-01"));
  clock.sleep(5 * MINUTE);
  await call(20);
}

test("the apply that broke it is named and not a rollback of minutes ago, and so is the one that mended it", async () => {
  await rolledBackMinutesAgo();
  await call(20);
  const incident = await broken(await apply(project("good-2026-01-01", "server_error: 100%")));
  const updates = `/api/incidents/${incident.id}/updates`;
  await server().ask("POST", updates, { message: "We are mending it.", public: true });
  const page = await read<{ incidents: readonly { started_at: string }[] }>("/api/v2/incidents.json");
  expect(page.incidents.map(({ started_at: at }) => at)).toEqual([incident.started_at]);

  clock.sleep(MINUTE);
  const mendedAt = await apply(project("good-2026-01-01"));
  // The breaker lets calls through again when one of them is answered.
  clock.sleep(MINUTE);
  const view = await vi.waitFor(async () => {
    await call(20);
    const seen = await viewed();
    expect(seen.situation).toBe("recovering");
    expect(seen.situations[0]?.mended_by).not.toBeNull();
    return seen;
  }, SOON);
  const [worst] = view.situations;
  expect(Math.abs(Date.parse(worst?.mended_by?.at ?? "") - mendedAt)).toBeLessThan(30_000);
  expect(view.sentence).toContain("Probably mended at");
  expect(view.sentence).not.toContain("bot@2");
  expect(worst?.since).toBe(incident.started_at);
  expect(view.reach).toMatchObject({ endpoints: ["bot"], since: incident.started_at });
  expect(view.reach?.users?.count).toBeLessThanOrEqual(view.reach?.calls ?? 0);

  await keptWith(incident, mendedAt);

  // Who resolves it in private leaves no public word that says something else.
  await server().ask("POST", updates, { state: "resolved", message: "It was our apply." });
  clock.sleep(11_000);
  const after = await vi.waitFor(async () => {
    const told = await read<{
      incidents: readonly { status: string; incident_updates: readonly { body: string }[] }[];
    }>("/api/v2/incidents.json");
    expect(told.incidents[0]?.status).toBe("resolved");
    return told;
  }, SOON);
  expect(after.incidents[0]?.incident_updates[0]?.body).toBe("This incident has been resolved.");
  expect(await read("/api/v2/status.json")).toMatchObject({ status: { indicator: "none" } });
}, 240_000);
