import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";
import { askProcess, freePort, ready, spawnServer } from "../fixtures/server-process.ts";
import type { ServerProcess } from "../fixtures/server-process.ts";

/** Kills in one run; CI sets 50. */
const LOOPS = Number(process.env["ROLLWARD_KILL_LOOPS"] ?? 6);

const yaml = (temperature: number): string => `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    parameters: { temperature: ${temperature} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      on_new_release: supersede
`;

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

/** Commands one after another until the server is gone; what is acknowledged is noted. */
async function command(target: ServerProcess, loop: number): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const temperature = (loop * 100 + turn + 1) / 1_000_000;
    const applied = await askProcess(target, {
      method: "POST",
      path: "/api/apply",
      body: { main: "rollward.yaml", files: { "rollward.yaml": yaml(temperature) } },
    });
    if (applied === null) return;
    expect(applied).toMatchObject({ status: 200, body: { applied: true } });
    const [change] = (applied.body as { endpoints: { release: string; rollout: string }[] }).endpoints;
    if (change === undefined) throw new Error("Nothing was applied.");
    acknowledged.releases.add(change.release);
    acknowledged.rollouts.set(change.rollout, 2);
    for (const wish of ["hold", "resume"]) {
      const path = `/api/rollouts/${change.rollout}/commands`;
      const told = await askProcess(target, { method: "POST", path, body: { command: wish, reason: "test" } });
      if (told === null) return;
      if (told.status === 200) acknowledged.rollouts.set(change.rollout, (told.body as { seq: number }).seq);
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

async function traffic(target: ServerProcess, loop: number): Promise<void> {
  for (let sent = 0; ; sent += 1) {
    const response = await fetch(`${target.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": `${loop}-${sent}`,
      },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "hi" }] }),
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
  const releases = await get<{ data: { name: string }[] }>(target, "/api/endpoints/bot/releases?limit=1000");
  const names = new Set(releases.data.map(({ name }) => name));
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

async function checkRoutes(target: ServerProcess): Promise<void> {
  await expect
    .poll(
      async () => {
        const { data: endpoints } = await get<{ data: { rollout: { id: string; weight: number } | null }[] }>(
          target,
          "/api/endpoints",
        );
        const open = await get<{ data: { id: string; state: string; weight: number }[] }>(
          target,
          "/api/rollouts?open=true",
        );
        const carrying = open.data.filter(({ weight }) => weight > 0);
        return {
          route: endpoints[0]?.rollout?.id ?? null,
          state: carrying[0]?.id ?? null,
          carrying: carrying.length <= 1,
        };
      },
      { timeout: 5_000 },
    )
    .toSatisfy(
      ({ route, state, carrying }: { route: string | null; state: string | null; carrying: boolean }) =>
        route === state && carrying,
    );
}

describe("a server that is killed at any moment", () => {
  test(`has everything it acknowledged when it is back, ${LOOPS} times`, { timeout: LOOPS * 60_000 }, async () => {
    for (let loop = 0; loop < LOOPS; loop += 1) {
      server = await start(loop === 0);
      await check(server);
      const busy = Promise.all([command(server, loop), traffic(server, loop)]);
      // Once not before something was acknowledged, so that there is something to find however slow the machine is.
      if (loop === 1) await expect.poll(() => acknowledged.releases.size, { timeout: 30_000 }).toBeGreaterThan(0);
      // Spread over the first two seconds: starts, decisions, promotions and keys are all under way then.
      await new Promise((resolve) => setTimeout(resolve, (loop * 397) % 2_000));
      server.process.kill("SIGKILL");
      await Promise.all([busy, server.exited]);
    }
    server = await start(false);
    await check(server);
    expect(acknowledged.releases.size).toBeGreaterThan(0);
    server.process.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  });
});

describe("a server that is started again with the same configuration", () => {
  test("does not bring back a release that was withdrawn", async () => {
    const data = mkdtempSync(join(tmpdir(), "rollward-again-"));
    const startWith = async (temperature: number): Promise<ServerProcess> => {
      const started = spawnServer(port, [
        "--config",
        writeProject({ "rollward.yaml": yaml(temperature) }),
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
