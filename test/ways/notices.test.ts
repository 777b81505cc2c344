import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startGateServer } from "../fixtures/gate-server.ts";
import type { GateServer } from "../fixtures/gate-server.ts";
import { applyTo, endpointText, gatedProject, SOON, startGated, until } from "../fixtures/gated-world.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;
let listener: GateServer;

beforeEach(async () => {
  listener = await startGateServer();
});

afterEach(async () => {
  await server.stop();
  await listener.close();
});

const heard = (): readonly unknown[] => listener.asked.map(({ body }) => body["type"]);

const notify = (more = ""): string => `
    notify:
      team: { who: ["#support-bot", ada@example.com], webhook: "${listener.url}", secret_env: GATE_SECRET${more} }
      board: { who: [the release board] }`;

const LOOK =
  "        look: { kind: manual, at: before_promotion }\n        board: { kind: approval, at: before_promotion }\n";

describe("the people whom an endpoint names", () => {
  test("hear of the start, of what waits for them, of the promotion, signed and once each", async () => {
    const files = (temperature: number) => gatedProject(temperature, endpointText("bot", LOOK, notify()));
    server = await startGated(files(0.1));
    const { bot = "" } = await applyTo(server, files(0.2));
    await until(server, bot, { gates: [{ gate: "look", standing: "waiting" }, {}] });
    await server.ask("POST", `/api/rollouts/${bot}/gates/look`, { verdict: "pass", reason: "Looked." });
    const view = await until(server, bot, { gates: [{ gate: "look" }, { gate: "board", standing: "waiting" }] });
    expect(view.notify).toEqual([
      {
        name: "team",
        who: ["#support-bot", "ada@example.com"],
        events: expect.arrayContaining(["promoted"]) as unknown,
        webhook: true,
      },
      {
        name: "board",
        who: ["the release board"],
        events: expect.arrayContaining(["promoted"]) as unknown,
        webhook: false,
      },
    ]);
    const { body: key } = await server.ask("POST", "/api/keys", { name: "Grace", scopes: ["admin"] });
    await fetch(`${server.url}/api/rollouts/${bot}/approval`, {
      method: "POST",
      headers: { authorization: `Bearer ${(key as { secret: string }).secret}`, "content-type": "application/json" },
      body: JSON.stringify({ decision: "approve", reason: "Yes." }),
    });
    await until(server, bot, { state: "completed" });
    await vi.waitFor(
      () => expect(heard()).toEqual(["rollout.started", "rollout.approval_asked", "rollout.promoted"]),
      SOON,
    );
    expect(listener.asked.every(({ isSigned }) => isSigned)).toBe(true);
    expect(new Set(listener.asked.map(({ id }) => id)).size).toBe(3);
    expect(listener.asked[0]?.body).toMatchObject({
      rollout: bot,
      endpoint: "bot",
      candidate: "bot@2",
      stable: "bot@1",
      who: ["#support-bot", "ada@example.com"],
    });
    const { body } = await server.ask("GET", `/api/rollouts/${bot}/notices`);
    expect(body).toMatchObject({ data: [{ event: "promoted" }, {}, { event: "started", tries: 1, trouble: null }] });
  });

  test("are told again when they do not listen, and hear only of what they asked for", async () => {
    listener.answer = (response, asked) => void response.writeHead(asked === 1 ? 503 : 204).end();
    const files = (temperature: number) =>
      gatedProject(temperature, endpointText("bot", "", notify(", events: [promoted]")));
    server = await startGated(files(0.1));
    const { bot = "" } = await applyTo(server, files(0.2));
    await until(server, bot, { state: "completed" });
    await vi.waitFor(() => expect(heard()).toEqual(["rollout.promoted", "rollout.promoted"]), SOON);
    expect(listener.asked[0]?.id).toBe(listener.asked[1]?.id);
    await vi.waitFor(async () => {
      const { body } = await server.ask("GET", `/api/rollouts/${bot}/notices`);
      expect(body).toMatchObject({ data: [{ tries: 2, trouble: "it answered 503", given_up_at: null }] });
    }, SOON);
  });
});
