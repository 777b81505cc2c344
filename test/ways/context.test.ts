import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { modelText, simulatedText, startServer, ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const endpoint = (name: string, context: string): string => `
  ${name}:
    models: [sim/small-2026-01-01]
    context: ${context}`;

const PROJECT = {
  "rollward.yaml": `${simulatedText(
    modelText("small-2026-01-01"),
    modelText("large-2026-01-01"),
    modelText("away-2026-01-01", { failures: "server_error: 100%" }),
  )}
endpoints:${[
    endpoint("refusing", "{ overflow: refuse, window: 2000 }"),
    endpoint("cutting", "{ overflow: truncate, window: 2000, keep_first: 1 }"),
    endpoint("summing", "{ overflow: summarise, window: 2000, summariser: sim/large-2026-01-01 }"),
    endpoint("narrow", "{ overflow: summarise, window: 600, summariser: sim/large-2026-01-01 }"),
    endpoint("hapless", "{ overflow: summarise, window: 2000, summariser: sim/away-2026-01-01 }"),
    endpoint(
      "growing",
      "{ overflow: larger_model, window: 2000, larger: [{ model: sim/large-2026-01-01, window: 20000 }] }",
    ),
  ].join("")}
`,
};

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

const words = (count: number, word: string): string => Array.from({ length: count }, () => word).join(" ");

/** A conversation of so many turns with an answer to each but the last. */
const conversation = (turns: number): readonly Turn[] =>
  Array.from({ length: turns }, (_, index): readonly Turn[] => [
    { role: "user", content: `question ${index}: ${words(60, "parcel")}` },
    { role: "assistant", content: `answer ${index}: ${words(60, "moved")}` },
  ])
    .flat()
    .slice(0, -1);

const ADDRESSES = {
  chat: "/v1/chat/completions",
  messages: "/v1/messages",
  responses: "/v1/responses",
} as const;

type Name = keyof typeof ADDRESSES;

const bodyOf = (name: Name, model: string, turns: readonly Turn[]): object => {
  if (name === "chat")
    return { model, messages: [{ role: "system", content: "Be brief." }, ...turns], max_tokens: 100 };
  if (name === "messages") return { model, system: "Be brief.", messages: turns, max_tokens: 100 };
  return { model, instructions: "Be brief.", input: turns, max_output_tokens: 100 };
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly context: string | null;
  readonly tier: string | null;
  readonly call: string;
}

async function send({ url }: RunningServer, name: Name, body: object): Promise<Answer> {
  const response = await fetch(`${url}${ADDRESSES[name]}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    text: await response.text(),
    context: response.headers.get("x-rollward-context"),
    tier: response.headers.get("x-rollward-tier"),
    call: response.headers.get("x-rollward-call") ?? "",
  };
}

interface Recorded {
  readonly context?: Readonly<Record<string, unknown>>;
  readonly attempts: readonly { readonly model: string }[];
  readonly bodies: { readonly upstream: { readonly text: string } | null };
  readonly cost_pico: string;
}

async function recorded(server: RunningServer, call: string): Promise<Recorded> {
  await server.server.house.gateway.recorder.flush();
  return (await server.ask("GET", `/api/calls/${call}`)).body as Recorded;
}

describe.each(Object.keys(ADDRESSES) as readonly Name[])("a conversation that is too long, as %s", (name) => {
  test("is refused with the count before a provider is asked, and passes untouched while it fits", async () => {
    const server = (running = await startServer(PROJECT));
    const short = await send(server, name, bodyOf(name, "refusing", conversation(2)));
    expect(short).toMatchObject({ status: 200, context: null });
    const long = await send(server, name, bodyOf(name, "refusing", conversation(20)));
    expect(long.status).toBe(400);
    expect(long.text).toContain("context_length_exceeded");
    expect(long.context).toMatch(/^refused; tokens=\d+$/);
    const { context, attempts } = await recorded(server, long.call);
    expect(attempts).toEqual([]);
    expect(context).toMatchObject({ done: "refused", window_tokens: 2_000, reserved_tokens: 100, is_estimate: true });
  });

  test("loses its oldest turns but the first, and every byte that stays is as it came", async () => {
    const server = (running = await startServer(PROJECT));
    const turns = conversation(20);
    const answer = await send(server, name, bodyOf(name, "cutting", turns));
    expect(answer.status).toBe(200);
    expect(answer.context).toMatch(/^truncated; tokens=\d+; cut-messages=\d+; cut-tokens=\d+$/);
    const { context, bodies } = await recorded(server, answer.call);
    const cut = Number(context?.["cut_messages"]);
    expect(cut % 2).toBe(0);
    // In chat completions the system's message is one of them.
    const from = name === "chat" ? 3 : 2;
    expect(context).toMatchObject({ cut_from: from, cut_to: from + cut - 1 });
    const upstream = bodies.upstream?.text ?? "";
    const kept = turns.filter((_, index) => index < 2 || index >= 2 + cut);
    for (const turn of turns) expect(upstream.includes(JSON.stringify(turn))).toBe(kept.includes(turn));
    expect(upstream).toContain("Be brief.");
    expect(() => JSON.parse(upstream) as unknown).not.toThrow();
  });

  test("is summed up once: the next turn has the same summary and pays nothing for it", async () => {
    const server = (running = await startServer(PROJECT));
    const turns = conversation(20);
    const first = await send(server, name, bodyOf(name, "summing", turns));
    const asked = [{ role: "assistant", content: "yes" } as const, { role: "user", content: "and now?" } as const];
    const next = await send(server, name, bodyOf(name, "summing", [...turns, ...asked]));
    expect([first.status, next.status]).toEqual([200, 200]);
    expect(first.context).toMatch(/^summarised; /);
    const [one, other] = [await recorded(server, first.call), await recorded(server, next.call)];
    const summaryIn = ({ bodies }: Recorded): string =>
      /\[Summary of the earlier conversation\][^"]*/.exec(bodies.upstream?.text ?? "")?.[0] ?? "none";
    expect(summaryIn(one).length).toBeGreaterThan(40);
    expect(summaryIn(other)).toBe(summaryIn(one));
    expect(BigInt(String(one.context?.["summary_pico"]))).toBeGreaterThan(0n);
    expect(other.context?.["summary_pico"]).toBe("0");
    expect(BigInt(one.cost_pico)).toBeGreaterThan(BigInt(other.cost_pico));
  });

  test("is cut without a summary when nobody can make one, and says so", async () => {
    const server = (running = await startServer(PROJECT));
    const answer = await send(server, name, bodyOf(name, "hapless", conversation(20)));
    expect(answer.status).toBe(200);
    expect(answer.context).toMatch(/^truncated; /);
    const { context } = await recorded(server, answer.call);
    expect(context?.["trouble"]).toBe("no summary: provider_error");
  });

  test("goes to a larger model whole, and is refused when that one is too small too", async () => {
    const server = (running = await startServer(PROJECT));
    const answer = await send(server, name, bodyOf(name, "growing", conversation(20)));
    expect(answer).toMatchObject({ status: 200, tier: "fallback:1" });
    expect(answer.context).toMatch(/^larger-model; tokens=\d+$/);
    const { attempts } = await recorded(server, answer.call);
    expect(attempts.map(({ model }) => model)).toEqual(["large-2026-01-01"]);
    const huge = await send(server, name, bodyOf(name, "growing", conversation(150)));
    expect(huge.status).toBe(400);
  });
});

test("a provider that counts more than was expected is asked once more, with less, and never with the same", async () => {
  const asked: string[] = [];
  const provider = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      asked.push(body);
      response.setHeader("content-type", "application/json");
      if (asked.length % 2 === 1) {
        response.statusCode = 400;
        const error = { message: "too long", type: "invalid_request_error", code: "context_length_exceeded" };
        response.end(JSON.stringify({ error }));
        return;
      }
      const choice = { index: 0, message: { role: "assistant", content: "Well." }, finish_reason: "stop" };
      response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m-1", choices: [choice] }));
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const { port } = provider.address() as AddressInfo;
  const files = {
    "rollward.yaml": `environment: production
providers:
  own:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    models: { m-1: { price: { input: 1, output: 1 } } }
endpoints:
  cutting: { models: [own/m-1], context: { overflow: truncate, window: 100000 } }
  refusing: { models: [own/m-1], context: { overflow: refuse, window: 100000 } }
`,
  };
  const server = (running = await startServer(files));
  const answer = await send(server, "chat", bodyOf("chat", "cutting", conversation(20)));
  expect(answer.status).toBe(200);
  expect(asked).toHaveLength(2);
  expect(asked[1]?.length).toBeLessThan((asked[0]?.length ?? 0) * 0.85);
  const { context } = await recorded(server, answer.call);
  expect(context).toMatchObject({ done: "truncated", trouble: "the provider counted more tokens than were expected" });
  const refused = await send(server, "chat", bodyOf("chat", "refusing", conversation(20)));
  expect([refused.status, asked.length]).toEqual([400, 3]);
  await new Promise((resolve) => provider.close(resolve));
});

test("a long last turn that leaves no room for a summary is cut without one, and alone too long it is not advised what is done", async () => {
  const server = (running = await startServer(PROJECT));
  const body = (count: number): object => ({
    model: "narrow",
    messages: [
      ...conversation(6),
      { role: "assistant", content: "yes" },
      { role: "user", content: words(count, "parcel") },
    ],
    max_tokens: 50,
  });
  const statuses: number[] = [];
  const troubles: unknown[] = [];
  for (let count = 60; count <= 600; count += 20) {
    const answer = await send(server, "chat", body(count));
    statuses.push(answer.status);
    troubles.push((await recorded(server, answer.call)).context?.["trouble"]);
    if (answer.status === 400) expect(answer.text).not.toContain("let the release cut");
  }
  expect(new Set(statuses)).toEqual(new Set([200, 400]));
  expect(troubles).toContain("no summary: what always stays leaves no room for it");
});

test("a conversation of ten thousand messages is cut in a moment", async () => {
  const server = (running = await startServer(PROJECT));
  const turns = Array.from({ length: 5_000 }, (_, index): readonly Turn[] => [
    { role: "user", content: `question ${index}` },
    { role: "assistant", content: createHash("sha256").update(String(index)).digest("hex") },
  ]).flat();
  const answer = await send(server, "chat", bodyOf("chat", "cutting", [...turns, { role: "user", content: "and?" }]));
  expect(answer.status).toBe(200);
  expect(answer.context).toMatch(/^truncated; /);
});
