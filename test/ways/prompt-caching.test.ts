import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { startCachingAnthropic } from "../fixtures/caching-anthropic.ts";
import type { CachingAnthropic } from "../fixtures/caching-anthropic.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const RULES = "Answer in the language of the question, and never promise a refund. ".repeat(100);

const PROMPT = `---
name: help
---

[system]
${RULES}
`;

/** Records and sums of spend are written a little later. */
const PATIENCE = { timeout: 60_000 };

const KEYS = ["A", "B", "C", "D"];
const ENVIRONMENT = Object.fromEntries(KEYS.map((key) => [`KEY_${key}`, `sk-of-${key}`]));

let upstream: CachingAnthropic;
let server: RunningServer;

beforeEach(async () => {
  upstream = await startCachingAnthropic();
});

afterEach(async () => {
  await server.stop();
  await upstream.close();
});

interface Written {
  readonly policy: string;
  readonly keys?: readonly string[];
}

const projectOf = ({ policy, keys = ["A"] }: Written) => ({
  "prompts/help.md": PROMPT,
  "rollward.yaml": `environment: production
providers:
  claude:
    kind: anthropic
    base_url: ${upstream.baseUrl}
    key_env: [${keys.map((key) => `KEY_${key}`).join(", ")}]
    models:
      claude-test-2026-01-01:
        cache_minimum: 1024
        price: { input: 3, cached_input: 0.3, cache_write: 3.75, cache_write_1h: 6, output: 15 }
endpoints:
  bot:
    prompt: prompts/help.md
    models: [claude/claude-test-2026-01-01]
    retries: { attempts: 1 }
    ${policy}
`,
});

async function start(written: Written): Promise<Anthropic> {
  server = await startServer(projectOf(written), { environment: ENVIRONMENT });
  return new Anthropic({ baseURL: server.url, apiKey: ADMIN_KEY, maxRetries: 0 });
}

const ask = (client: Anthropic, ...turns: readonly string[]): Promise<Anthropic.Message> =>
  client.messages.create({
    model: "bot",
    max_tokens: 50,
    messages: turns.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content })),
  });

describe("with `prompt_cache: auto`", () => {
  test("the release's own part is written once and read from then on, and the savings are the provider's counts", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    for (const question of ["One?", "Two?", "Three?"]) await ask(client, question);
    const [first, ...others] = upstream.counts;
    expect(first).toMatchObject({ read: 0, marks: 1 });
    const written = first?.written ?? 0;
    expect(written).toBeGreaterThan(1_024);
    for (const each of others) expect(each).toMatchObject({ read: written, written: 0, marks: 1 });
    const shown = (await server.ask("GET", "/api/cache/prompt")).body;
    const saved = 2n * BigInt(written) * 2_700_000n - BigInt(written) * 750_000n;
    expect(shown).toEqual({
      data: [
        {
          endpoint: "bot",
          release: "bot@1",
          model: "claude/claude-test-2026-01-01",
          calls: 3,
          marks: 3,
          input_tokens: upstream.counts.reduce((sum, { input }) => sum + input, 0),
          read_tokens: 2 * written,
          written_tokens: written,
          saved_pico: saved.toString(),
        },
      ],
    });
    let told = "";
    const environment = { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY };
    expect(await runCli(["cache", "prompt"], environment, (more) => (told += more))).toBe(0);
    expect(told).toMatch(
      /^release +model +calls +tokens in +read +written +saved\nbot@1 +claude\/claude-test-2026-01-01 +3 /,
    );
    expect(told).toContain(`$${(Number(saved) / 1e12).toFixed(6)}`);
    const spent = async (): Promise<unknown> => (await server.ask("GET", "/api/spend?by=endpoint")).body;
    await expect
      .poll(spent, PATIENCE)
      .toMatchObject({ data: [{ endpoint: "bot", calls: 3, cache_saved_pico: saved.toString() }] });
  });

  test("the record of a call tells what its providers' caches have saved", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    await ask(client, "One?");
    await ask(client, "Two?");
    const recorded = async (): Promise<unknown> => {
      const { data } = (await server.ask("GET", "/api/calls")).body as { data: readonly unknown[] };
      return data;
    };
    const written = upstream.counts[0]?.written ?? 0;
    await expect.poll(recorded, PATIENCE).toMatchObject([
      {
        prompt_cache: { marks: 1, read_tokens: written, written_tokens: 0, saved_pico: String(written * 2_700_000) },
      },
      { prompt_cache: { marks: 1, read_tokens: 0, written_tokens: written, saved_pico: String(-written * 750_000) } },
    ]);
  });

  test("a conversation is kept once conversations have shown that they go on", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    const turns: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      turns.push(`${turn} ${"What about this order? ".repeat(60)}`);
      await ask(client, ...turns);
      turns.push("Fine.");
    }
    const last = upstream.counts.at(-1);
    const before = upstream.counts.at(-2);
    expect(last?.read).toBe((before?.read ?? 0) + (before?.written ?? 0));
    expect(last?.input).toBeLessThan(10);
  });

  test("calls at the same time write a beginning once", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    upstream.hold(true);
    const asked = Array.from({ length: 8 }, (_, index) => ask(client, `Question ${index}?`));
    await expect.poll(() => upstream.counts.length, PATIENCE).toBe(8);
    upstream.hold(false);
    await Promise.all(asked);
    expect(upstream.counts.filter(({ written }) => written > 0)).toHaveLength(1);
  });

  test("a stream is marked and counted as well", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    const question = { model: "bot", max_tokens: 50, messages: [{ role: "user" as const, content: "One?" }] };
    const first = await client.messages.stream(question).finalMessage();
    const second = await client.messages.stream(question).finalMessage();
    expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(1_024);
    expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
    const shown = async (): Promise<unknown> => (await server.ask("GET", "/api/cache/prompt")).body;
    await expect
      .poll(shown, PATIENCE)
      .toMatchObject({ data: [{ calls: 2, read_tokens: second.usage.cache_read_input_tokens }] });
  });

  test("a client of another dialect has its request marked as well", async () => {
    await start({ policy: "prompt_cache: auto" });
    for (const content of ["One?", "Two?"]) {
      const { status } = await server.ask("POST", "/v1/chat/completions", {
        model: "bot",
        max_tokens: 9,
        messages: [{ role: "user", content }],
      });
      expect(status).toBe(200);
    }
    expect(upstream.counts.map(({ read, marks }) => [read > 1_024, marks])).toEqual([
      [false, 1],
      [true, 1],
    ]);
  });

  test("marks that a client sets stay as they are, and none is added", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    await client.messages.create({
      model: "bot",
      max_tokens: 50,
      messages: [{ role: "user", content: [{ type: "text", text: "One?", cache_control: { type: "ephemeral" } }] }],
    });
    expect(upstream.counts[0]).toMatchObject({
      marks: 1,
      body: {
        messages: [{ content: [{ cache_control: { type: "ephemeral" } }] }],
        system: [{ type: "text", text: expect.stringContaining("refund") as string }],
      },
    });
  });

  test("an hour is asked for where that pays, and charged by its own price", async () => {
    const client = await start({ policy: "prompt_cache: { ttl: 1h, expected_reads: 5 }" });
    await ask(client, "One?");
    expect(upstream.counts[0]?.text).toContain(`"cache_control":{"type":"ephemeral","ttl":"1h"}`);
    const written = upstream.counts[0]?.written ?? 0;
    const recorded = async (): Promise<unknown> => (await server.ask("GET", "/api/calls")).body;
    await expect
      .poll(recorded, PATIENCE)
      .toMatchObject({ data: [{ prompt_cache: { saved_pico: String(-written * 3_000_000) } }] });
  });

  test("nothing is marked that is not expected to be read again", async () => {
    const client = await start({ policy: "prompt_cache: { expected_reads: 0.2 }" });
    await ask(client, "One?");
    await ask(client, "Two?");
    expect(upstream.counts.map(({ marks }) => marks)).toEqual([0, 0]);
  });

  test("one-off texts of a client are written no more once they have shown to be that, what is before them stays kept", async () => {
    const client = await start({ policy: "prompt_cache: auto" });
    for (let call = 0; call < 40; call += 1) {
      await client.messages.create({
        model: "bot",
        max_tokens: 9,
        system: `Document ${call}: ${RULES}`,
        messages: [{ role: "user", content: "Sum it up." }],
      });
    }
    const marks = upstream.counts.map((each) => each.marks);
    expect(marks.slice(0, 5)).toContain(2);
    expect(new Set(marks.slice(-10))).toEqual(new Set([1]));
    expect(upstream.counts.at(-1)).toMatchObject({ written: 0, read: expect.any(Number) as number });
    expect(upstream.counts.at(-1)?.read).toBeGreaterThan(1_024);
  });
});

test("without `prompt_cache` a request goes as it came", async () => {
  const client = await start({ policy: "record: exact" });
  await ask(client, "One?");
  await ask(client, "Two?");
  expect(upstream.counts.map(({ marks, read, written }) => [marks, read, written])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

describe("with several keys, each with a cache of its own", () => {
  /** Sixty turns of twelve conversations, drawn in the same random order each time. */
  async function converse(policy: string): Promise<number> {
    const client = await start({ policy, keys: KEYS });
    const random = randomFrom(7);
    const talks = Array.from({ length: 12 }, (_, index) => [`${index}: ${"Where is my order? ".repeat(80)}`]);
    for (let turn = 0; turn < 60; turn += 1) {
      const talk = talks[Math.floor(random() * talks.length)] ?? [];
      await ask(client, ...talk);
      talk.push("Fine.", `${turn} ${"And what of the other one? ".repeat(40)}`);
    }
    return upstream.readShare();
  }

  test("affinity finds the cache that is warm: 81 % of the input is read from one where it was 59 %", async () => {
    const without = await converse("prompt_cache: { affinity: false }");
    expect(new Set(upstream.counts.map(({ key }) => key)).size).toBe(KEYS.length);
    await server.stop();
    upstream.forget();
    const within = await converse("prompt_cache: auto");
    expect(new Set(upstream.counts.map(({ key }) => key)).size).toBe(KEYS.length);
    expect([Math.round(without * 100), Math.round(within * 100)]).toEqual([59, 81]);
  });

  test("the turns of a conversation have one key, and so have single questions once they have shown to be that", async () => {
    const client = await start({ policy: "prompt_cache: auto", keys: KEYS });
    for (const turns of [["One?"], ["One?", "Fine.", "Two?"], ["One?", "Fine.", "Two?", "Fine.", "Three?"]])
      await ask(client, ...turns);
    expect(new Set(upstream.counts.map(({ key }) => key)).size).toBe(1);
    for (let call = 0; call < 120; call += 1) await ask(client, `Question ${call}?`);
    const keys = upstream.counts.map(({ key }) => key);
    expect(new Set(keys.slice(3, 30)).size).toBe(KEYS.length);
    expect(new Set(keys.slice(-20)).size).toBe(1);
  });

  test("the turns of a conversation go to one member of a pool", async () => {
    const member = (name: string): string => `
  ${name}:
    kind: anthropic
    base_url: ${upstream.baseUrl}
    key_env: KEY_${name.toUpperCase()}
    models:
      claude-test-2026-01-01: { price: { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 } }`;
    server = await startServer(
      {
        "rollward.yaml": `environment: production
providers:${["a", "b", "c", "d"].map(member).join("")}
  all:
    kind: pool
    members: { a: 1, b: 1, c: 1, d: 1 }
endpoints:
  bot:
    models: [all/claude-test-2026-01-01]
    prompt_cache: auto
`,
      },
      { environment: ENVIRONMENT },
    );
    const client = new Anthropic({ baseURL: server.url, apiKey: ADMIN_KEY, maxRetries: 0 });
    const keyOf = new Map<string, Set<string>>();
    for (let talk = 0; talk < 10; talk += 1) {
      for (const turns of [
        [`${talk}?`],
        [`${talk}?`, "Fine.", "And?"],
        [`${talk}?`, "Fine.", "And?", "Fine.", "And then?"],
      ]) {
        await ask(client, ...turns);
        const keys = keyOf.get(String(talk)) ?? new Set();
        keyOf.set(String(talk), keys.add(upstream.counts.at(-1)?.key ?? ""));
      }
    }
    expect([...keyOf.values()].map((keys) => keys.size)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(new Set(upstream.counts.map(({ key }) => key)).size).toBeGreaterThan(1);
  });
});
