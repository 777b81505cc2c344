import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "../fixtures/random-cuts.ts";
import { ADMIN_KEY, modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";

/** Kills in one run; CI sets 50. */
const LOOPS = Number(process.env["ROLLWARD_KILL_LOOPS"] ?? 6);

/** Decides when each kill comes; a run that failed is repeated with its own. */
const SEED = Number(process.env["ROLLWARD_KILL_SEED"] ?? Date.now() % 1_000_000);
const random = randomFrom(SEED);

/** One start in five is killed before it has said that it is ready. */
const isEarly = (loop: number): boolean => loop % 5 === 3;

/** `bot` waits on its first step for commands; `quick` climbs a ladder as its sessions come, and is then promoted. */
const yaml = (temperature: number, quick = temperature): string => `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      on_new_release: supersede
  quick:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${quick} }
    rollout:
      steps: [{ weight: 20%, min_duration: 0s, min_sessions: 3 }, { weight: 60%, min_duration: 0s, min_sessions: 3 }, 100%]
      metrics: { latency: false, cost: false }
      holdback: 0%
      drain: 0s
      bake: 0s
      on_new_release: supersede
`;

const ENDPOINTS = ["bot", "quick"];

/** What the server has acknowledged: it must all be there after every kill. */
interface Acknowledged {
  readonly releases: Set<string>;
  /** Sequence number that each rollout had when a command on it was acknowledged. */
  readonly rollouts: Map<string, number>;
  readonly keys: Set<string>;
}

const directory = mkdtempSync(join(tmpdir(), "rollward-kill-"));
const acknowledged: Acknowledged = { releases: new Set(), rollouts: new Map(), keys: new Set() };
let config: string;
let port: number;
let server: ServerProcess | null = null;

beforeAll(async () => {
  config = writeProject({ "rollward.yaml": yaml(0) });
  port = await freePort();
});

afterAll(() => {
  server?.process.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

async function start(isFirst: boolean): Promise<ServerProcess> {
  const started = spawnServer(port, [...(isFirst ? ["--config", config] : ["--no-demo"]), "--data-dir", directory]);
  await ready(started);
  return started;
}

/** Releases of `bot` for each one of `quick`. */
const QUICK_TURNS = 4;

/** Commands one after another until the server is gone; what is acknowledged is noted. */
async function command(target: ServerProcess, loop: number): Promise<void> {
  let climbing: string | null = null;
  for (let turn = 0; ; turn += 1) {
    const temperature = (loop * 1_000 + turn + 1) / 1_000_000;
    // Its ladder is left alone for a few turns, so that steps are reached.
    const quick = (loop * 1_000 + Math.floor(turn / QUICK_TURNS) + 1) / 1_000_000;
    const applied = await askProcess(target, {
      method: "POST",
      path: "/api/apply",
      body: { main: "rollward.yaml", files: { "rollward.yaml": yaml(temperature, quick) } },
    });
    if (applied === null) return;
    expect(applied).toMatchObject({ status: 200, body: { applied: true } });
    const changes = (applied.body as { endpoints: { endpoint: string; release: string; rollout: string }[] }).endpoints;
    for (const { release, rollout } of changes) {
      acknowledged.releases.add(release);
      acknowledged.rollouts.set(rollout, 2);
    }
    const change = changes.find(({ endpoint }) => endpoint === "bot");
    if (change === undefined) throw new Error("Nothing was applied.");
    climbing = changes.find(({ endpoint }) => endpoint === "quick")?.rollout ?? climbing;
    const wishes = [
      [change.rollout, "hold"],
      [change.rollout, "resume"],
      ...(turn % QUICK_TURNS === QUICK_TURNS - 1 && climbing !== null ? [[climbing, "promote"]] : []),
    ];
    for (const [rollout = "", wish = ""] of wishes) {
      const path = `/api/rollouts/${rollout}/commands`;
      const told = await askProcess(target, { method: "POST", path, body: { command: wish, reason: "test" } });
      if (told === null) return;
      if (told.status === 200) acknowledged.rollouts.set(rollout, (told.body as { seq: number }).seq);
    }
    const created = await askProcess(target, {
      method: "POST",
      path: "/api/keys",
      body: { name: `key ${loop}.${turn}` },
    });
    if (created === null) return;
    acknowledged.keys.add((created.body as { key: { id: string } }).key.id);
  }
}

/** Calls of ever new sessions, until the server is gone or it is enough. */
async function traffic(target: ServerProcess, of: string, isEnough: () => boolean = () => false): Promise<void> {
  for (let sent = 0; !isEnough(); sent += 1) {
    const response = await fetch(`${target.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": `${of}-${sent}`,
      },
      body: JSON.stringify({ model: sent % 2 === 0 ? "bot" : "quick", messages: [{ role: "user", content: "hi" }] }),
    }).catch(() => null);
    if (response === null) return;
    await response.arrayBuffer().catch(() => null);
  }
}

async function get<T>(target: ServerProcess, path: string): Promise<T> {
  const answer = await askProcess(target, { method: "GET", path });
  if (answer === null) throw new Error(`The server is gone:\n${target.output()}`);
  expect(answer.status).toBe(200);
  return answer.body as T;
}

/** Everything acknowledged is there, logs are whole, and traffic goes where the stored state says. */
async function check(target: ServerProcess): Promise<void> {
  const names = new Set<string>();
  for (const endpoint of ENDPOINTS) {
    const releases = await get<{ data: { name: string }[] }>(target, `/api/endpoints/${endpoint}/releases?limit=1000`);
    for (const { name } of releases.data) names.add(name);
  }
  expect([...acknowledged.releases].filter((name) => !names.has(name))).toEqual([]);
  for (const [rollout, seq] of acknowledged.rollouts) {
    const log = await get<{ data: { seq: number }[]; intact: boolean }>(
      target,
      `/api/rollouts/${rollout}/events?limit=1000`,
    );
    expect(log.intact).toBe(true);
    expect(log.data.at(-1)?.seq).toBeGreaterThanOrEqual(seq);
  }
  const keys = await get<{ data: { id: string }[] }>(target, "/api/keys");
  const ids = new Set(keys.data.map(({ id }) => id));
  expect([...acknowledged.keys].filter((id) => !ids.has(id))).toEqual([]);
  await checkRoutes(target);
}

interface OpenRollout {
  readonly id: string;
  readonly endpoint: string;
  readonly weight: number;
  readonly sessions: { readonly stable: number; readonly candidate: number } | null;
}

/** What traffic is given and what is stored, each as the rollout and its share. */
async function routesOf(
  target: ServerProcess,
  endpoint: string,
): Promise<readonly [given: string[], stored: string[]]> {
  const { data: endpoints } = await get<{
    data: { endpoint: string; rollout: { id: string; weight: number } | null }[];
  }>(target, "/api/endpoints");
  const open = await get<{ data: OpenRollout[] }>(target, `/api/rollouts?open=true&endpoint=${endpoint}`);
  const given = endpoints.flatMap(({ endpoint: name, rollout }) =>
    name === endpoint && rollout !== null && rollout.weight > 0 ? [`${rollout.id} ${rollout.weight}`] : [],
  );
  return [given, open.data.filter(({ weight }) => weight > 0).map(({ id, weight }) => `${id} ${weight}`)];
}

async function checkRoutes(target: ServerProcess): Promise<void> {
  for (const endpoint of ENDPOINTS) {
    await expect
      .poll(() => routesOf(target, endpoint), { timeout: 60_000 })
      .toSatisfy(
        ([given, stored]: readonly [string[], string[]]) =>
          stored.length <= 1 && JSON.stringify(given) === JSON.stringify(stored),
      );
  }
}

const observed = async (target: ServerProcess): Promise<{ id: string; stable: number; candidate: number }> => {
  const { data } = await get<{ data: OpenRollout[] }>(target, "/api/rollouts?open=true&endpoint=bot");
  const carrying = data.find(({ weight }) => weight > 0);
  return { id: carrying?.id ?? "", stable: 0, candidate: 0, ...carrying?.sessions };
};

/** A kill between a hold and its end leaves the rollout held, as a person told it; and the first kills may leave none. */
async function letGoOn(target: ServerProcess, loop: number): Promise<void> {
  const { data } = await get<{ data: OpenRollout[] }>(target, "/api/rollouts?open=true&endpoint=bot");
  for (const { id } of data) {
    const body = { command: "resume", reason: "test" };
    await askProcess(target, { method: "POST", path: `/api/rollouts/${id}/commands`, body });
  }
  if (data.length > 0) return;
  const files = { "rollward.yaml": yaml((loop * 1_000 + 999) / 1_000_000) };
  await askProcess(target, { method: "POST", path: "/api/apply", body: { main: "rollward.yaml", files } });
}

/** The rollout that was under way goes on: sessions of both arms are counted on top of those from before. */
async function checkCounting(target: ServerProcess, loop: number): Promise<void> {
  await letGoOn(target, loop);
  await expect.poll(async () => (await observed(target)).id).not.toBe("");
  const before = await observed(target);
  let enough = false;
  const calls = traffic(target, `count-${loop}`, () => enough);
  try {
    await expect
      .poll(async () => {
        const { id, stable, candidate } = await observed(target);
        return id === before.id && stable > before.stable && candidate > before.candidate;
      })
      .toBe(true);
  } finally {
    enough = true;
    await calls;
  }
}

describe("a server that is killed at any moment", () => {
  test(`has everything it acknowledged when it is back, ${LOOPS} times`, { timeout: LOOPS * 60_000 }, async () => {
    process.stdout.write(`kills of test/faults/kill-server.test.ts: ROLLWARD_KILL_SEED=${SEED}\n`);
    let startMs = 1_000;
    for (let loop = 0; loop < LOOPS; loop += 1) {
      if (isEarly(loop)) await killEarly(startMs * random());
      const startedAt = performance.now();
      server = await start(loop === 0);
      startMs = performance.now() - startedAt;
      await check(server);
      if (loop % 5 === 4) await checkCounting(server, loop);
      const busy = Promise.all([command(server, loop), traffic(server, String(loop)), traffic(server, `${loop}b`)]);
      // Once not before something was acknowledged, so that there is something to find however slow the machine is.
      if (loop === 1) await expect.poll(() => acknowledged.releases.size).toBeGreaterThan(0);
      // In the first two seconds decisions, steps, promotions, commands and keys are all under way.
      await new Promise((resolve) => setTimeout(resolve, random() * 2_000));
      server.process.kill("SIGKILL");
      await Promise.all([busy, server.exited]);
    }
    server = await start(false);
    await check(server);
    expect(acknowledged.releases.size).toBeGreaterThan(0);
    await checkCounting(server, LOOPS);
    await checkClimbed(server);
    server.process.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  });

  /** Kills a start under way; what was acknowledged before must be there after the next. */
  async function killEarly(afterMs: number): Promise<void> {
    server = spawnServer(port, ["--no-demo", "--data-dir", directory]);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    server.process.kill("SIGKILL");
    await server.exited;
  }
});

/** Ladders are climbed with the sessions that come, and one rollout at most is under way. */
async function checkClimbed(target: ServerProcess): Promise<void> {
  let enough = false;
  const calls = traffic(target, "climb", () => enough);
  try {
    await expect
      .poll(async () => {
        const path = "/api/rollouts?endpoint=quick&limit=200";
        const { data } = await get<{ data: { state: string; step: number }[] }>(target, path);
        return data.filter(({ state, step }) => state === "completed" || step > 0).length;
      })
      .toBeGreaterThan(0);
  } finally {
    enough = true;
    await calls;
  }
  await expect
    .poll(async () => (await get<{ data: unknown[] }>(target, "/api/rollouts?endpoint=quick&open=true")).data.length)
    .toBeLessThanOrEqual(1);
}

describe("a server that is started again with the same configuration", () => {
  test("does not bring back a release that was withdrawn", async () => {
    const data = mkdtempSync(join(tmpdir(), "rollward-again-"));
    const startWith = async (temperature: number): Promise<ServerProcess> => {
      const started = spawnServer(port, [
        "--config",
        writeProject({ "rollward.yaml": yaml(temperature, 0.5) }),
        "--data-dir",
        data,
      ]);
      await ready(started);
      return started;
    };
    const stop = async (running: ServerProcess): Promise<void> => {
      running.process.kill("SIGTERM");
      expect(await running.exited).toBe(0);
    };
    await stop(await startWith(0.1));
    const edited = await startWith(0.2);
    const opened = await get<{ data: { id: string }[] }>(edited, "/api/rollouts");
    expect(opened.data).toHaveLength(1);
    const path = `/api/rollouts/${opened.data[0]?.id}/commands`;
    await askProcess(edited, { method: "POST", path, body: { command: "abort", reason: "test" } });
    await stop(edited);
    const again = await startWith(0.2);
    expect((await get<{ data: unknown[] }>(again, "/api/rollouts")).data).toHaveLength(1);
    await stop(again);
    rmSync(data, { recursive: true, force: true });
  });
});

describe("a server that cannot start", () => {
  test("says so when its port is taken, or its data directory is in use", async () => {
    const first = spawnServer(port, ["--no-demo", "--data-dir", directory]);
    await ready(first);
    const samePort = spawnServer(port, ["--no-demo", "--data-dir", ":memory:"]);
    expect(await samePort.exited).toBe(1);
    expect(samePort.output()).toContain(`The port ${port} on 127.0.0.1 is in use.`);
    const sameData = spawnServer(await freePort(), ["--no-demo", "--data-dir", directory]);
    expect(await sameData.exited).toBe(1);
    expect(sameData.output()).toContain(`The data directory ${directory} is in use by process ${first.process.pid}`);
    first.process.kill("SIGTERM");
    expect(await first.exited).toBe(0);
  });

  test("says file, line and column when its configuration is wrong", async () => {
    const wrong = writeProject({
      "rollward.yaml": yaml(0).replace("models: [sim/m-2026-01-01]", "models: [sim/latest]"),
    });
    const refused = spawnServer(await freePort(), ["--config", wrong, "--data-dir", ":memory:"]);
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toMatch(/rollward\.yaml:\d+:\d+/);
    expect(refused.output()).toContain("m-2026-01-01");
  });
});

describe("a server that is told to stop at its first answer", () => {
  test("stops in good order", async () => {
    const starting = spawnServer(port, ["--no-demo", "--data-dir", ":memory:"]);
    let isUp = false;
    while (!isUp)
      isUp = await fetch(`${starting.url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    starting.process.kill("SIGTERM");
    expect(await starting.exited).toBe(0);
    expect(starting.output()).toContain("Stopping");
  });
});
