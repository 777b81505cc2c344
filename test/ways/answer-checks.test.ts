import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

const CHECKED = `
  watched:
    models: [sim/m-2026-01-01]
    checks: { json: record, tools: record, refusal_text: record }
  plain:
    models: [sim/m-2026-01-01]
  mended:
    models: [sim/m-2026-01-01]
    checks: { refusal: repair, empty: repair, truncated: fail, json: repair, tools: repair }
  strict:
    models: [sim/m-2026-01-01]
    checks: { refusal: reject, json: repair, unrepaired: reject }
  hopeless:
    models: [sim/m-2026-01-01]
    checks: { tools: repair }
  hopeless-strict:
    models: [sim/m-2026-01-01]
    checks: { tools: repair, unrepaired: reject }
  paced:
    models: [sim/paced-2026-01-01]
    checks: { json: repair }
  hurried:
    models: [sim/slow-2026-01-01]
    timeouts: { total: 7s, first_token: 7s, connect: 7s, idle: 7s }
    checks: { refusal: repair }
`;

/** Says a word every few milliseconds. */
const PACED = modelText("paced-2026-01-01").replace("between_tokens: { median: 0ms", "between_tokens: { median: 3ms");

beforeAll(async () => {
  const models = simulatedText(modelText("m-2026-01-01"), PACED, modelText("slow-2026-01-01", { firstToken: "4s" }));
  server = await startServer({ "rollward.yaml": `${models}endpoints:${CHECKED}` });
});

afterAll(() => server.stop());

interface CallView {
  readonly outcome: string;
  readonly cost_pico: string;
  readonly findings: readonly { readonly check: string; readonly at: string | null; readonly attempt: number }[];
  readonly attempts: readonly { readonly reason: string; readonly end: string; readonly cost_pico: string }[];
}

interface Asked {
  readonly response: Response;
  readonly text: string;
  readonly call: CallView;
}

type Body = Readonly<Record<string, unknown>>;

/** Sends a request and waits for its record. */
async function ask(path: string, body: Body): Promise<Asked> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  await server.server.house.gateway.recorder.flush();
  const shown = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return { response, text, call: shown.body as CallView };
}

const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
};

/** The same request in each dialect. */
const DIALECTS = {
  chat: (model: string, text: string, { json = false, tools = false, stream = false } = {}) =>
    ask("/v1/chat/completions", {
      model,
      stream,
      messages: [{ role: "user", content: text }],
      ...(json && { response_format: { type: "json_schema", json_schema: { name: "trip", schema: SCHEMA } } }),
      ...(tools && {
        tool_choice: "required",
        tools: [{ type: "function", function: { name: "plan_trip", parameters: SCHEMA } }],
      }),
    }),
  messages: (model: string, text: string, { json = false, tools = false, stream = false } = {}) =>
    ask("/v1/messages", {
      model,
      stream,
      max_tokens: 4_000,
      messages: [{ role: "user", content: text }],
      ...(json && { output_config: { format: { type: "json_schema", schema: SCHEMA } } }),
      ...(tools && { tool_choice: { type: "any" }, tools: [{ name: "plan_trip", input_schema: SCHEMA }] }),
    }),
  responses: (model: string, text: string, { json = false, tools = false, stream = false } = {}) =>
    ask("/v1/responses", {
      model,
      stream,
      input: text,
      ...(json && { text: { format: { type: "json_schema", name: "trip", schema: SCHEMA } } }),
      ...(tools && { tool_choice: "required", tools: [{ type: "function", name: "plan_trip", parameters: SCHEMA }] }),
    }),
} as const;

type DialectKey = keyof typeof DIALECTS;

const EVERYWHERE = (Object.keys(DIALECTS) as DialectKey[]).flatMap((dialect) => [
  [dialect, false] as const,
  [dialect, true] as const,
]);

let texts = 0;

/** A text that makes the model answer badly the first time, and only the first. */
const once = (fault: string): string => `simulate: ${fault} 1 test-${(texts += 1)}`;

describe.each(EVERYWHERE)("in the dialect %s, streamed: %s", (dialect, stream) => {
  const send = DIALECTS[dialect];

  test.each([
    ["refusal", {}, "refusal", null],
    ["empty", {}, "empty", null],
    ["cut-short", {}, "truncated", null],
    ["bad-json", { json: true }, "invalid-json", null],
    ["bad-schema", { json: true }, "schema", ""],
    ["wrong-tool", { tools: true }, "unknown-tool", "/tool_calls/0/name"],
    ["bad-arguments", { tools: true }, "invalid-arguments", "/tool_calls/0/arguments"],
  ] as const)("%s is delivered as it is and recorded", async (...[fault, form, check, at]) => {
    const { response, call } = await send("watched", once(fault), { ...form, stream });
    expect(response.status).toBe(200);
    expect(call.outcome).toBe("ok");
    expect(call.attempts).toHaveLength(1);
    expect(call.findings[0]).toMatchObject({ check, at, attempt: 0, action: "record" });
  });

  test("a good answer has no findings", async () => {
    const text = await send("watched", "Hello", { stream });
    const json = await send("watched", "Hello", { json: true, stream });
    const tools = await send("watched", "Hello", { tools: true, stream });
    expect([text, json, tools].map(({ call }) => call.findings)).toEqual([[], [], []]);
  });

  test("an answer that does not fit its schema is repaired once, and both attempts are charged", async () => {
    const { response, text, call } = await send("mended", once("bad-schema"), { json: true, stream });
    expect(response.status).toBe(200);
    expect(text).toContain("city");
    expect(text).not.toContain("unasked");
    expect(call.attempts).toMatchObject([
      { reason: "first", end: "rejected" },
      { reason: "repair", end: "answered" },
    ]);
    expect(call.findings[0]).toMatchObject({ check: "schema", attempt: 0, action: "repair" });
    const [first, second] = call.attempts.map(({ cost_pico }) => BigInt(cost_pico));
    expect(first).toBeGreaterThan(0n);
    expect(BigInt(call.cost_pico)).toBe((first ?? 0n) + (second ?? 0n));
  });

  test("a refused question is asked once more", async () => {
    const { text, call } = await send("mended", once("refusal"), { stream });
    expect(text).not.toContain("cannot help");
    expect(call.attempts.map(({ end }) => end)).toEqual(["rejected", "answered"]);
  });

  test("wrong arguments are answered as a tool would, and the model goes on from there", async () => {
    const { text, call } = await send("mended", once("bad-arguments"), { tools: true, stream });
    expect(text).not.toContain("unasked");
    expect(call.attempts.map(({ end }) => end)).toEqual(["rejected", "answered"]);
  });
});

test("the command line shows what was found, where, and what was done", async () => {
  const { response } = await DIALECTS.chat("mended", once("bad-arguments"), { tools: true });
  let shown = "";
  const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const call = response.headers.get("x-rollward-call") ?? "";
  await runCli(["calls", "show", call], environment, (more) => (shown += more));
  expect(shown).toMatch(
    /invalid-arguments +the member "city" is missing at \/tool_calls\/0\/arguments +\(attempt 1, repair\)/,
  );
  expect(shown).toContain("The answer did not pass the checks of its release");
});

test("without checks what an answer says of itself is noted all the same", async () => {
  const { call } = await DIALECTS.chat("plain", once("refusal"));
  expect(call.findings).toMatchObject([{ check: "refusal", action: "record" }]);
});

test("a check that rejects gives the client an honest error in place of the answer", async () => {
  const { response, text, call } = await DIALECTS.chat("strict", once("refusal"), { stream: true });
  expect(response.status).toBe(502);
  expect(text).toContain("answer_rejected");
  expect(text).not.toContain("cannot help");
  expect(call.outcome).toBe("failed");
});

/** What the user said stays the last that any user says, so the model does it wrong every time. */
const askHopeless = (model: string): Promise<Asked> =>
  ask("/v1/chat/completions", {
    model,
    messages: [{ role: "user", content: "simulate: bad-arguments" }],
    tools: [{ type: "function", function: { name: "plan_trip", parameters: SCHEMA } }],
    tool_choice: { type: "function", function: { name: "plan_trip" } },
  });

test("a repair that does not help delivers the second answer, and says so in the record", async () => {
  const { response, text, call } = await askHopeless("hopeless");
  expect(response.status).toBe(200);
  expect(text).toContain("unasked");
  expect(call.attempts).toMatchObject([
    { reason: "first", end: "rejected" },
    { reason: "repair", end: "answered" },
  ]);
  expect(new Set(call.findings.map(({ attempt }) => attempt))).toEqual(new Set([0, 1]));
});

test("a repair that does not help is an honest error where the release wants that", async () => {
  const { response, text, call } = await askHopeless("hopeless-strict");
  expect(response.status).toBe(502);
  expect(text).not.toContain("unasked");
  expect(call.attempts.map(({ end }) => end)).toEqual(["rejected", "rejected"]);
});

test("of a stream that comes word by word nothing goes out before all of it was looked at", async () => {
  const good = await DIALECTS.chat("paced", "Hello", { json: true, stream: true });
  expect(good.call.attempts).toHaveLength(1);
  const { text, call } = await DIALECTS.chat("paced", once("bad-schema"), { json: true, stream: true });
  expect(text).not.toContain("unasked");
  expect(text).toContain("[DONE]");
  expect(call.findings[0]).toMatchObject({ check: "schema", attempt: 0 });
  expect(call.attempts.map(({ end }) => end)).toEqual(["rejected", "answered"]);
});

test("a repair is not begun when the deadline leaves no time for another answer as slow", async () => {
  const { response, call } = await DIALECTS.chat("hurried", once("refusal"));
  expect(response.status).toBe(200);
  expect(call.attempts).toHaveLength(1);
  expect(call.attempts[0]?.end).toBe("answered");
  expect(call.findings).toMatchObject([{ check: "refusal", attempt: 0, action: "repair" }]);
});
