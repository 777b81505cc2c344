import { afterEach, describe, expect, test, vi } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { askOfrep } from "../fixtures/flag-project.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { ProjectText, RunningServer } from "../fixtures/running-server.ts";

const project = (model: string): ProjectText => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"), modelText("better-2026-02-01"))}
endpoints:
  support-bot:
    models: [sim/${model}]
    rollout: { steps: [{ weight: 50%, min_duration: 1h, min_sessions: 20 }, 100%] }
`,
});

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

/** A server with a rollout at half weight that collects evidence. */
async function startSplit(): Promise<RunningServer> {
  const server = await startServer(project("good-2026-01-01"));
  running = server;
  const candidate = writeProject(project("better-2026-02-01"));
  await sendProject({ url: server.url, key: ADMIN_KEY }, { path: candidate, dryRun: false, origin: {} });
  const isCollecting = (): boolean =>
    server.server.house.gateway.routes.byEndpoint("support-bot")?.split?.collecting === true;
  await vi.waitFor(() => expect(isCollecting()).toBe(true), { timeout: 60_000 });
  return server;
}

interface Foreseen {
  readonly value: string;
  readonly variant: string;
  readonly reason: string;
}

const foresee = async (server: RunningServer, context: object, key?: string): Promise<Foreseen> =>
  (await askOfrep(server, { flag: "endpoint.support-bot", body: { context }, ...(key !== undefined && { key }) }))
    .body as Foreseen;

async function call(
  { url }: RunningServer,
  session: string,
  key = ADMIN_KEY,
): Promise<Pick<Foreseen, "value" | "variant">> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-rollward-session": session },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  await answer.arrayBuffer();
  return {
    value: answer.headers.get("x-rollward-release") ?? "",
    variant: answer.headers.get("x-rollward-arm") ?? "",
  };
}

/** Sessions that the rollout has drawn, both arms together. */
async function assignedIn(server: RunningServer): Promise<number> {
  const { data } = (await server.ask("GET", "/api/rollouts")).body as {
    readonly data: readonly { readonly id: string }[];
  };
  const { sessions: drawn } = (await server.ask("GET", `/api/rollouts/${data[0]?.id ?? ""}`)).body as {
    readonly sessions: { readonly stable: number; readonly candidate: number };
  };
  return drawn.stable + drawn.candidate;
}

const sessions = Array.from({ length: 30 }, (_, index) => `session-${index}`);

describe("an endpoint as a flag", () => {
  test("foretells the release and the arm that each session then gets, by either name of the session", async () => {
    const server = await startSplit();
    const foreseen = await Promise.all(
      sessions.map((session) => foresee(server, { session, targetingKey: "somebody" })),
    );
    expect(new Set(foreseen.map(({ variant }) => variant))).toEqual(new Set(["stable", "candidate"]));
    expect(new Set(foreseen.map(({ reason }) => reason))).toEqual(new Set(["SPLIT"]));
    const byTargetingKey = await Promise.all(sessions.map((session) => foresee(server, { targetingKey: session })));
    expect(byTargetingKey).toEqual(foreseen);
    for (const [index, session] of sessions.entries()) {
      const { value, variant } = foreseen[index] ?? {};
      expect(await call(server, session)).toEqual({ value, variant });
    }
    // And it goes on saying so.
    expect(
      await Promise.all(sessions.map((session) => foresee(server, { session, targetingKey: "somebody" }))),
    ).toEqual(foreseen);
  });

  test("neither remembers the session nor counts it as evidence", async () => {
    const server = await startSplit();
    const { gateway } = server.server.house;
    const { body: keys } = await server.ask("GET", "/api/keys");
    const [admin] = (keys as { readonly data: readonly { readonly id: string }[] }).data;
    for (const session of sessions) await foresee(server, { session });
    await askOfrep(server, { body: { context: { targetingKey: "ada" } } });
    const pinOf = (session: string) => gateway.pins.get("support-bot", `${admin?.id}/${session}`);
    expect([...sessions, "ada"].filter((session) => pinOf(session) !== undefined)).toEqual([]);
    expect(await assignedIn(server)).toBe(0);
    // A call does both.
    await call(server, "session-0");
    expect(pinOf("session-0")).toBeDefined();
    await vi.waitFor(async () => expect(await assignedIn(server)).toBe(1), { timeout: 60_000 });
  });

  test("is about the sessions of the key that asks", async () => {
    const server = await startSplit();
    const made = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
    const app = (made.body as { readonly secret: string; readonly key: { readonly id: string } }).secret;
    const own = await Promise.all(sessions.map((session) => foresee(server, { session }, app)));
    const others = await Promise.all(sessions.map((session) => foresee(server, { session })));
    expect(own).not.toEqual(others);
    for (const [index, session] of sessions.slice(0, 5).entries()) {
      expect(await call(server, session, app)).toMatchObject({ variant: own[index]?.variant });
    }
    const { key } = made.body as { readonly key: { readonly id: string } };
    const context = { session: sessions[9] ?? "" };
    const rehearsed = await server.ask("POST", "/api/flags/endpoint.support-bot/evaluate", { context, key: key.id });
    expect(rehearsed.body).toMatchObject({ variant: own[9]?.variant });
  });

  test("needs a session only while it matters", async () => {
    const server = await startSplit();
    const flag = "endpoint.support-bot";
    expect(await askOfrep(server, { flag, body: { context: {} } })).toMatchObject({
      status: 400,
      body: { key: flag, errorCode: "TARGETING_KEY_MISSING" },
    });
    const long = { context: { session: "x".repeat(257) } };
    expect(await askOfrep(server, { flag, body: long })).toMatchObject({
      status: 400,
      body: { errorCode: "INVALID_CONTEXT" },
    });
    await server.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "enough" });
    await vi.waitFor(
      async () => {
        expect(await askOfrep(server, { flag, body: { context: {} } })).toMatchObject({
          status: 200,
          body: { value: "support-bot@1", variant: "stable", reason: "STATIC" },
        });
      },
      { timeout: 60_000 },
    );
    expect((await askOfrep(server, { flag: "endpoint.other-bot" })).status).toBe(404);
  });
});
