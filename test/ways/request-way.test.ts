import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SimulatedProvider } from "../../src/adapters/providers/simulated/create-simulated.ts";
import type { showCall } from "../../src/contract/calls.ts";
import type { z } from "zod";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(
      modelText("good-2026-01-01"),
      modelText("broken-2026-01-01", { failures: "server_error: 100%" }),
      `
      slow-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 20ms, sigma: 0 }
        answer_tokens: { median: 400, sigma: 0 }`,
    )}
endpoints:
  bot:
    prompt: prompt.md
    models: [sim/good-2026-01-01]
    parameters: { temperature: 0.25 }
    tools: [tool.yaml]
  chain:
    models: [sim/broken-2026-01-01, sim/good-2026-01-01]
  broken:
    models: [sim/broken-2026-01-01]
  slow:
    models: [sim/slow-2026-01-01]
  discreet:
    models: [sim/good-2026-01-01]
    record: facts
`,
    "prompt.md": "---\nvariables:\n  customer: { required: true }\n---\nBe kind to {{customer}}.\n",
    "tool.yaml": "name: lookup_order\ndescription: Finds an order.\nparameters: { type: object }\n",
  });
});

afterAll(() => server.stop());

function send(body: string | object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The record of the call that gave this answer. */
async function recordOf(response: Response): Promise<Call> {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return body as Call;
}

const hello = (model: string) => ({ model, messages: [{ role: "user", content: "What is your return policy?" }] });

describe("a request's way", () => {
  test("the release's prompt, parameters and tools are spliced in, and every other byte stays", async () => {
    const sent = `{ "model" : "bot",  "messages" : [ {"role":"user", "content":"caf\\u00e9 \\ud83d\\ude00"} ],
      "variables": {"customer": "Ada {{customer}} <b>"}, "temperature": 1, "top_p": 0.50, "x-unknown": 12345678901234567890 }`;
    const response = await send(sent);
    expect(response.status).toBe(200);
    const answer = await response.text();
    const { bodies, overrides } = await recordOf(response);
    expect(bodies.request?.text).toBe(sent);
    expect(bodies.answer?.text).toBe(answer);
    expect(overrides).toEqual(["temperature"]);
    const upstream = bodies.upstream?.text ?? "";
    expect(upstream).toContain(
      '"messages" : [{"role":"system","content":"Be kind to Ada {{customer}} <b>."}, {"role":"user", "content":"caf\\u00e9 \\ud83d\\ude00"} ]'.replace(
        "}, {",
        "}, {",
      ),
    );
    expect(upstream).toContain('"temperature": 0.25, "top_p": 0.50, "x-unknown": 12345678901234567890');
    expect(upstream).toContain('"model" : "good-2026-01-01"');
    expect(JSON.parse(upstream)).toMatchObject({ tools: [{ function: { name: "lookup_order" } }] });
    expect(upstream).not.toContain("variables");
  });

  test("a direct call changes nothing but the model's name", async () => {
    const sent = '{"model":"sim/good-2026-01-01", "messages":[ {"role":"user","content":"hi"} ],"metadata":{"a":"b"}}';
    const { bodies, release, arm } = await recordOf(await send(sent));
    expect(bodies.upstream?.text).toBe(sent.replace("sim/good-2026-01-01", "good-2026-01-01"));
    expect({ release, arm }).toEqual({ release: null, arm: null });
  });

  test("a tool that the release owns cannot be sent as well", async () => {
    const tools = [{ type: "function", function: { name: "lookup_order", parameters: {} } }];
    const response = await send({ ...hello("bot"), variables: { customer: "Ada" }, tools });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "field_owned_by_release" } });
  });

  test("the next model of the chain steps in, and the answer says so", async () => {
    const response = await send(hello("chain"));
    expect(response.status).toBe(200);
    expect(response.headers.get("x-rollward-tier")).toBe("fallback:1");
    const { attempts, tier, outcome, model } = await recordOf(response);
    expect({ tier, outcome, model }).toEqual({ tier: "fallback:1", outcome: "ok", model: "good-2026-01-01" });
    expect(attempts.map(({ model: one, error }) => [one, error?.code ?? null])).toEqual([
      ["broken-2026-01-01", "provider_error"],
      ["broken-2026-01-01", "provider_error"],
      ["good-2026-01-01", null],
    ]);
  });

  test("without another model the provider's own error is handed on, and recorded", async () => {
    const response = await send(hello("broken"));
    expect(response.status).toBeGreaterThanOrEqual(500);
    const call = await recordOf(response);
    expect(call).toMatchObject({ outcome: "failed", error: "provider_error", status: response.status, tier: null });
  });

  test("a release may record facts only", async () => {
    const { bodies, usage, stages } = await recordOf(await send(hello("discreet")));
    expect(bodies).toEqual({ request: null, upstream: null, answer: null });
    expect(usage?.output).toBeGreaterThan(0);
    expect(stages.map(({ stage }) => stage)).toEqual([
      "authenticate",
      "admit",
      "resolve",
      "assign",
      "render",
      "call",
      "deliver",
    ]);
  });

  test("cost is exact to the pico-dollar", async () => {
    const { usage, cost_pico, price_version } = await recordOf(await send(hello("discreet")));
    if (usage === null) throw new Error("No usage.");
    expect(BigInt(cost_pico)).toBe(BigInt(usage.input) * 1_000_000n + BigInt(usage.output) * 2_000_000n);
    expect(price_version).toMatch(/^[0-9a-f]{64}$/);
  });

  test("calls of a session are found by it, newest first", async () => {
    for (let turn = 0; turn < 3; turn += 1) await send(hello("discreet"), { "x-rollward-session": "visit-7" });
    await server.server.house.gateway.recorder.flush();
    const { body } = await server.ask("GET", "/api/calls?session=visit-7&limit=2");
    const calls = (body as { data: Call[] }).data;
    expect(calls.map(({ session }) => session)).toEqual([0, 1].map(() => ({ id: "visit-7", source: "header" })));
    expect(calls[0]?.id.localeCompare(calls[1]?.id ?? "")).toBe(1);
  });
});

describe("a client that leaves", () => {
  /** How long it takes until the provider is let go of, ms. */
  async function leave(stream: boolean, session: string): Promise<number> {
    const provider = server.server.house.gateway.settings().providers.get("sim") as SimulatedProvider;
    const before = provider.stats().aborted;
    const controller = new AbortController();
    const leaving = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      signal: controller.signal,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": session,
      },
      body: JSON.stringify({ ...hello("slow"), stream }),
    });
    if (stream) await (await leaving).body?.getReader().read();
    else await expect.poll(() => server.server.house.gateway.load.inFlight).toBe(1);
    const leftAt = performance.now();
    controller.abort();
    await leaving.catch(() => null);
    await expect.poll(() => provider.stats().aborted, { interval: 5 }).toBe(before + 1);
    return performance.now() - leftAt;
  }

  test.each([true, false])("stops the provider within 100 ms and is settled (stream: %s)", async (stream) => {
    // A busy machine may stand still for as long once, and hardly five times.
    const took: number[] = [];
    for (let turn = 0; turn < 5 && !took.some((ms) => ms < 100); turn += 1) {
      took.push(await leave(stream, `left-${stream}`));
    }
    expect(Math.min(...took)).toBeLessThan(100);
    await server.server.house.gateway.recorder.flush();
    const { body } = await server.ask("GET", `/api/calls?session=left-${stream}`);
    expect((body as { data: Call[] }).data[0]).toMatchObject({ outcome: "abandoned" });
  });
});
