import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { byDifficulty, routedEndpoint, startRoutedWorld } from "../fixtures/routed-world.ts";
import type { RoutedAnswer, RoutedAsk, RoutedWorld } from "../fixtures/routed-world.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";

let world: RoutedWorld;

const ENDPOINTS = `${routedEndpoint(
  "ruled",
  `strategy: rules
rules:
  - route: strong
    when: { language: [de] }
  - route: strong
    when: { labels: { plan: [gold] } }
otherwise: cheap
explore: 0`,
)}${routedEndpoint(
  "scored",
  `strategy: classifier
thresholds: { strong: 30 }
explore: 0`,
)}${routedEndpoint(
  "cascading",
  `strategy: cascade
explore: 0`,
)}${routedEndpoint(
  "doubting",
  `strategy: cascade
escalate: { checks: false, logprobs: { mean: -1 } }
explore: 0`,
)}${routedEndpoint(
  "judged",
  `strategy: cascade
escalate: { checks: false, judge: { model: up/judge-2026-01-01, least: 6 } }
explore: 0`,
)}${routedEndpoint(
  "frugal",
  `strategy: cascade
escalate: { checks: false, judge: { model: up/judge-2026-01-01, least: 6 } }
explore: 0`,
)}
  plain:
    models: [up/cheap-2026-01-01]
budgets:
  small: { per: endpoint, window: total, amount: 0.0135, only: { endpoints: [frugal] } }
`;

beforeAll(async () => {
  world = await startRoutedWorld(ENDPOINTS);
});

afterAll(() => world.stop());

beforeEach(() => {
  world.upstream.answer = byDifficulty;
  world.upstream.requests.length = 0;
});

const ask = (model: string, content: string, more: RoutedAsk = {}): Promise<RoutedAnswer> =>
  world.ask(model, content, more);
const recorded = (id: string): ReturnType<RoutedWorld["recorded"]> => world.recorded(id);
const asked = (): readonly string[] => world.upstream.requests.map(({ model }) => model.split("-")[0] ?? "");

describe("rules and scores", () => {
  test("send a request to its route, which the answer and the record name", async () => {
    const english = await ask("ruled", "How are you doing with that?");
    expect(english).toMatchObject({ status: 200, route: "cheap", tier: "primary" });
    const german = await ask("ruled", "Wie kann ich das zurückgeben und was kostet es?");
    expect(german).toMatchObject({ status: 200, route: "strong", tier: "primary" });
    expect(await recorded(german.id)).toMatchObject({
      tier: "primary",
      model: "strong-2026-01-01",
      routing: {
        strategy: "rules",
        intended: "strong",
        action: "routed",
        asked: "strong",
        served: "strong",
        why: "rule 1",
      },
    });
    const gold = await ask("ruled", "Hi", { body: { metadata: { plan: "gold" } } });
    expect(gold.route).toBe("strong");
    expect((await recorded(gold.id)).routing?.why).toBe("rule 2");
  });

  test("put the score of the classifier into the record", async () => {
    const easy = await ask("scored", "Hello", { stream: true });
    expect(easy.route).toBe("cheap");
    const hard = await ask(
      "scored",
      "Prove why this is so, step by step, and compare 3 with 4 and 5?\n- a?\n- b?\n```\nclass A {\n```",
      {
        stream: true,
      },
    );
    expect(hard.route).toBe("strong");
    expect(hard.text).toContain("[DONE]");
    const { routing } = await recorded(hard.id);
    expect(routing?.score).toBeGreaterThanOrEqual(30);
  });

  test("leave an endpoint without routing as it is", async () => {
    const answer = await ask("plain", "Hello");
    expect(answer).toMatchObject({ status: 200, route: null, tier: "primary" });
    expect((await recorded(answer.id)).routing).toBeUndefined();
  });

  test("see through fields that no other dialect has, and through other dialects", async () => {
    const german = "Wie kann ich das zurückgeben und was kostet es?";
    expect((await ask("ruled", german, { body: { n: 1, prediction: { type: "content", content: "x" } } })).route).toBe(
      "strong",
    );
    const odd = [
      {
        role: "user",
        content: [
          { type: "text", text: german },
          { type: "new_kind", what: "?" },
        ],
      },
    ];
    expect((await ask("ruled", german, { body: { messages: odd } })).route).toBe("strong");
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${world.server.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "ruled", ...body }),
      });
    const message = await post("/v1/messages", { max_tokens: 99, messages: [{ role: "user", content: german }] });
    expect(message.headers.get("x-rollward-route")).toBe("strong");
    const response = await post("/v1/responses", { input: german, store: false });
    expect(response.headers.get("x-rollward-route")).toBe("strong");
    const hard = await post("/v1/messages", {
      model: "cascading",
      max_tokens: 99,
      messages: [{ role: "user", content: "hard" }],
    });
    expect(hard.headers.get("x-rollward-route")).toBe("strong");
    expect(await hard.text()).toContain("strong-2026-01-01 says yes");
  });

  test("keep a session on its route, and only ever raise it", async () => {
    const session = "sticky-1";
    expect((await ask("ruled", "How are you doing with that?", { session })).route).toBe("cheap");
    expect((await ask("ruled", "Wie kann ich das zurückgeben und was kostet es?", { session })).route).toBe("strong");
    const kept = await ask("ruled", "And what do you say to this?", { session });
    expect(kept.route).toBe("strong");
    expect((await recorded(kept.id)).routing).toMatchObject({
      intended: "cheap",
      is_first: false,
      why: "the session's route",
    });
  });

  test("keep a session that is told by its opening alone", async () => {
    const opening = { role: "user", content: "Wie kann ich das zurückgeben, und was kostet es denn?" };
    expect((await ask("ruled", opening.content)).route).toBe("strong");
    const before = [opening, { role: "assistant", content: "So." }];
    expect((await ask("ruled", "Thank you for that, and how is it?", { before })).route).toBe("strong");
  });

  test("let the rest of the chain step in when the chosen model is away, and say so", async () => {
    world.upstream.answer = (request) =>
      request.model.startsWith("strong") ? { text: "", status: 500 } : byDifficulty(request);
    const answer = await ask("ruled", "Wie kann ich das zurückgeben und was kostet es mich?");
    expect(answer).toMatchObject({ status: 200, route: "cheap", tier: "fallback:0" });
    expect((await recorded(answer.id)).routing).toMatchObject({ asked: "strong", served: "cheap", escalations: [] });
  });
});

describe.each([false, true])("a cascade (streamed: %s)", (stream) => {
  const name = (text: string): string => `${text} ${stream ? "streamed" : "whole"}`;

  test("is content with a good cheap answer", async () => {
    const answer = await ask("cascading", name("easy one"), { stream });
    expect(answer).toMatchObject({ status: 200, route: "cheap", tier: "primary" });
    expect(answer.text).toContain("cheap-2026-01-01 says yes");
    expect(asked()).toEqual(["cheap"]);
  });

  test("escalates an answer that the checks do not like, charges both, and keeps the session there", async () => {
    const session = `cascade-${stream}`;
    const answer = await ask("cascading", name("hard one"), { stream, session });
    expect(answer).toMatchObject({ status: 200, route: "strong", tier: "primary" });
    expect(answer.text).toContain("strong-2026-01-01 says yes");
    const call = await recorded(answer.id);
    expect(call.attempts.map(({ model, end, reason }) => [model.split("-")[0], end, reason])).toEqual([
      ["cheap", "rejected", "first"],
      ["strong", "answered", "escalation"],
    ]);
    // 200 tokens at 1 and at 10 USD per million.
    expect(call.cost_pico).toBe(String(200n * 1_000_000n + 200n * 10_000_000n));
    expect(call.routing?.escalations).toMatchObject([{ from: "cheap", to: "strong" }]);
    world.upstream.requests.length = 0;
    expect((await ask("cascading", name("easy again"), { stream, session })).route).toBe("strong");
    expect(asked()).toEqual(["strong"]);
  });

  test("notes what is wrong with the answer that went out, and not only with the rejected one", async () => {
    world.upstream.answer = () => ({ text: "" });
    const answer = await ask("cascading", name("hard for all"), { stream });
    expect(answer).toMatchObject({ status: 200, route: "strong", tier: "primary" });
    const { findings } = await recorded(answer.id);
    expect(findings.filter(({ check }) => check === "empty").map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  test("gives what it has when the stronger model is away, and calls it a fallback", async () => {
    world.upstream.answer = (request) =>
      request.model.startsWith("strong") ? { text: "", status: 500 } : byDifficulty(request);
    const answer = await ask("cascading", name("hard and alone"), { stream });
    expect(answer).toMatchObject({ status: 200, route: "cheap", tier: "fallback:0" });
  });

  test("escalates an answer whose tokens the model itself found unlikely", async () => {
    world.upstream.answer = ({ model, text }) => ({
      text: `${model} says so`,
      logprobs: text.includes("unsure") ? [-3, -2] : [-0.1],
    });
    expect((await ask("doubting", name("sure"), { stream })).route).toBe("cheap");
    const doubted = await ask("doubting", name("unsure"), { stream });
    expect(doubted.route).toBe("strong");
    expect((await recorded(doubted.id)).routing?.escalations[0]?.because).toContain("mean log-probability is -2.50");
    expect(world.upstream.requests.every(({ body }) => body["logprobs"] === true)).toBe(true);
  });

  test("asks a judge, whose mark decides and whose cost is the call's", async () => {
    world.upstream.answer = ({ model, text }) =>
      model.startsWith("judge") ? { text: `{"mark": ${text.includes("poor") ? 3 : 8}}` } : { text: `${model} says so` };
    const fine = await ask("judged", name("fine"), { stream });
    expect(fine.route).toBe("cheap");
    expect(asked()).toEqual(["cheap", "judge"]);
    const { cost_pico, routing } = await recorded(fine.id);
    expect(cost_pico).toBe(String(200n * 1_000_000n + 200n * 2_000_000n));
    expect(routing?.judgements).toMatchObject([{ model: "up/judge-2026-01-01", mark: 8, trouble: null }]);
    const poor = await ask("judged", name("poor"), { stream });
    expect(poor.route).toBe("strong");
  });

  test("does without a judge that fails", async () => {
    world.upstream.answer = ({ model }) => (model.startsWith("judge") ? { text: "", status: 500 } : { text: "yes" });
    const answer = await ask("judged", name("unjudged"), { stream });
    expect(answer).toMatchObject({ status: 200, route: "cheap" });
    const { routing } = await recorded(answer.id);
    expect(routing?.judgements).toMatchObject([{ mark: null, trouble: "provider_error", cost_pico: "0" }]);
  });
});

test("a judge that no budget has room for is not asked", async () => {
  const answer = await ask("frugal", "Hello", { body: { max_tokens: 100 } });
  expect(answer).toMatchObject({ status: 200, route: "cheap" });
  expect(asked()).toEqual(["cheap"]);
  const { routing } = await recorded(answer.id);
  expect(routing?.judgements).toMatchObject([{ mark: null, trouble: "no budget has room for it", cost_pico: "0" }]);
});
