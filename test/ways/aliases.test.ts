import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadProject } from "../../src/config/load.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  support:
    models: [sim/m-2026-01-01]
  gpt-5:
    models: [sim/m-2026-01-01]
`;

let server: RunningServer;
let plainKey: string;

beforeAll(async () => {
  const aliases = "aliases: { gpt-5.4: support, o9: sim/m-2026-01-01 }\n";
  server = await startServer({ "rollward.yaml": PROJECT + aliases });
  const { body } = await server.ask("POST", "/api/keys", {
    name: "app",
    scopes: ["inference"],
    endpoints: ["support"],
  });
  plainKey = (body as { secret: string }).secret;
});

afterAll(() => server.stop());

async function get(path: string, key = ADMIN_KEY): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${server.url}/v1/${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: await response.json() };
}

async function ask(model: string, key: string): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
  });
}

describe("an alias", () => {
  test("calls the endpoint that it stands for, and is recorded as it was sent", async () => {
    const response = await ask("gpt-5.4", plainKey);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-rollward-release")).toBe("support@1");
    await server.server.house.gateway.recorder.flush();
    const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
    expect(body).toMatchObject({ requested_model: "gpt-5.4", endpoint: "support" });
  });

  test("calls a model directly for the keys that may", async () => {
    expect((await ask("o9", ADMIN_KEY)).status).toBe(200);
    expect((await ask("o9", plainKey)).status).toBe(403);
    expect((await ask("o10", ADMIN_KEY)).status).toBe(404);
  });

  test("is listed beside what it stands for, for the keys that may call that", async () => {
    const idsFor = async (key: string): Promise<readonly string[]> => {
      const { body } = await get("models", key);
      return (body as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect(await idsFor(plainKey)).toEqual(["support", "gpt-5.4"]);
    expect(await idsFor(ADMIN_KEY)).toEqual(["support", "gpt-5", "sim/m-2026-01-01", "gpt-5.4", "o9"]);
  });

  test("is found by its name, as every model is", async () => {
    expect(await get("models/gpt-5.4", plainKey)).toMatchObject({
      status: 200,
      body: { id: "gpt-5.4", object: "model" },
    });
    expect(await get("models/sim%2Fm-2026-01-01")).toMatchObject({ status: 200, body: { id: "sim/m-2026-01-01" } });
    expect(await get("models/sim/m-2026-01-01")).toMatchObject({ status: 200 });
    expect(await get("models/o9", plainKey)).toMatchObject({ status: 404 });
  });
});

describe("an alias in rollward.yaml is refused", () => {
  test.each([
    ["with a slash in its name", "a/b: support", "this name cannot be used"],
    ["as the name of an endpoint", "gpt-5: support", '"gpt-5" is an endpoint already'],
    ["for an endpoint that is not there", "a: suport", 'there is no endpoint "suport"'],
    ["for a model that is not declared", "a: sim/other", '"sim/other" is not declared'],
    ["for another alias", "{ a: b, b: support }", 'there is no endpoint "b"'],
  ])("%s", (_, aliases, message) => {
    const text = `${PROJECT}aliases: ${aliases.startsWith("{") ? aliases : `{ ${aliases} }`}\n`;
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
    if (loaded.ok) throw new Error("It was taken.");
    expect(loaded.mistakes.map((one) => one.message).join()).toContain(message);
  });
});
