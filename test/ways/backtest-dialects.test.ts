import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BacktestStage } from "../fixtures/backtest-stage.ts";
import { startReplyingUpstream } from "../fixtures/replying-upstream.ts";
import type { ReplyingUpstream } from "../fixtures/replying-upstream.ts";
import type { ProjectText } from "../fixtures/running-server.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";

let stage: BacktestStage;
let upstream: ReplyingUpstream;

const project = (model: string): string => `${simulatedText(modelText("m-2026-01-01"))}
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    allow_private: true
    models:
      m-2026-01-01: { price: { input: 1, output: 2 } }
endpoints:
  bot:
    models: [${model}/m-2026-01-01]
    prompt: prompts/bot.md
    parameters: { max_tokens: 40 }
`;

const prompt = (words: string): ProjectText => ({
  "prompts/bot.md": `---
variables:
  name: { default: nobody }
---
# system
${words} {{name}}.
`,
});

const startAt = async (model: string): Promise<BacktestStage> =>
  new BacktestStage(await startServer({ "rollward.yaml": project(model), ...prompt("You help") }));

beforeEach(async () => {
  upstream = await startReplyingUpstream(() => ({ message: { content: '{"days": 30}' } }));
  stage = await startAt("sim");
});

afterEach(async () => {
  await stage.stop();
  await upstream.close();
});

async function send(path: string, body: object): Promise<{ readonly id?: string; readonly text: string }> {
  const response = await fetch(`${stage.running.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text.startsWith("{") ? { ...(JSON.parse(text) as { id: string }), text } : { text };
}

const question = (text: string) => ({ role: "user", content: text });

describe("sessions of every dialect, streamed or not, are replayed with the candidate's own prompt", () => {
  test.each([
    ["chat completions", "/v1/chat/completions", { messages: [question("Hi")], variables: { name: "Ada" } }],
    [
      "chat completions, streamed",
      "/v1/chat/completions",
      { messages: [question("Hi")], variables: { name: "Ada" }, stream: true },
    ],
    ["messages", "/v1/messages", { max_tokens: 30, messages: [question("Hi")], variables: { name: "Ada" } }],
    ["responses", "/v1/responses", { input: "Hi", variables: { name: "Ada" } }],
  ])("%s", async (_, path, body) => {
    await send(path, { model: "bot", ...body });
    await stage.house.gateway.recorder.flush();
    await stage.apply(project("up"), prompt("You help briefly"));
    const done = await stage.run({ candidate: "bot@2", against: "bot@1" });
    expect(done.result).toMatchObject({ sessions: { compared: 1 }, left_out: {}, answers: { turns: 1 } });
    expect(done.result?.metrics.find(({ metric }) => metric === "errors")).toMatchObject({ baseline: 0, candidate: 0 });
    expect(upstream.asked).toHaveLength(1);
    const [asked] = upstream.asked;
    expect(JSON.stringify(asked?.messages)).toContain("You help briefly Ada");
    expect(asked).toMatchObject({ model: "m-2026-01-01", max_tokens: 40 });
    expect(asked?.messages.at(-1)).toMatchObject({ role: "user" });
  });

  test("a chain of responses is replayed with the history that was recorded", async () => {
    const first = await send("/v1/responses", { model: "bot", input: "One" });
    await send("/v1/responses", { model: "bot", input: "Two", previous_response_id: first.id });
    await stage.house.gateway.recorder.flush();
    await stage.apply(project("up"), prompt("You help briefly"));
    const done = await stage.run({ candidate: "bot@2", against: "bot@1" });
    expect(done.result).toMatchObject({ sessions: { compared: 1 }, turns: { replayed: 2, diverged: 0 } });
    const second = upstream.asked.find(({ messages }) => JSON.stringify(messages).includes("Two"));
    // Prompt, first question, the baseline's own answer, second question.
    expect(second?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
  });

  test("an answer that is no JSON any more is told, by the fields that it had", async () => {
    await stage.stop();
    stage = await startAt("up");
    await send("/v1/chat/completions", { model: "bot", messages: [question("Hi")] });
    await stage.house.gateway.recorder.flush();
    await stage.apply(project("up"), prompt("You help in other words"));
    upstream.replyWith(() => ({ message: { content: '{"days": "thirty", "note": 1}' } }));
    const done = await stage.run({ candidate: "bot@2", against: "bot@1" });
    expect(done.result?.answers.structure).toMatchObject({ turns: 1, changed: 1, not_json: 0 });
    expect(done.result?.answers.structure.fields.map(({ change }) => change)).toEqual([
      "added /note",
      "type of /days: number → string",
    ]);
    upstream.replyWith(() => ({ message: { content: "thirty days" } }));
    const again = await stage.run({ candidate: "bot@2", against: "bot@1", seed: "another" });
    expect(again.result?.answers.structure).toMatchObject({ turns: 1, changed: 1, not_json: 1 });
    expect(again.attempt).toBe(2);
  });
});
