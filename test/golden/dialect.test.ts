import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAnthropic } from "../../src/adapters/providers/anthropic.ts";
import type { CallEvent, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { openAiChat } from "../../src/http/dialects/openai-chat/index.ts";
import type { AnswerFacts, AnswerForm } from "../../src/ports/dialect.ts";
import type { ConversingProvider } from "../../src/ports/provider.ts";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";

/** `requests/`: an OpenAI request, what it means, and what Anthropic gets. Add a file and it is a test. */
interface RequestCase {
  readonly title: string;
  readonly request: JsonObject;
  readonly canonical: CanonicalRequest;
  readonly anthropic: { readonly beta?: string; readonly body: JsonObject };
}

/** `refusals/`: a request that Anthropic cannot be sent, and how that is said. */
interface RefusalCase {
  readonly request: JsonObject;
  readonly error: { readonly code: string; readonly field?: string; readonly param: string | null };
}

/** `streams/`: the bytes of a streamed answer, which of its events are handed on, and what was read from it. */
interface StreamCase {
  readonly title: string;
  readonly usageInStream: boolean;
  readonly handedOn: readonly number[];
  readonly facts: AnswerFacts;
}

const FOLDER = new URL("dialect/", import.meta.url);

const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");

/** Names of the cases in a folder: the files with this ending, without it. */
const namesIn = (folder: string, ending = ".json"): readonly string[] =>
  readdirSync(new URL(folder, FOLDER))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));

let upstream: AnthropicUpstream;
let anthropic: ConversingProvider;

beforeAll(async () => {
  upstream = await startAnthropicUpstream();
  const account = { name: "anthropic", baseUrl: upstream.baseUrl, apiKey: "sk-golden", prices: new Map() };
  anthropic = await createAnthropic(account);
});

afterAll(async () => {
  await anthropic.close();
  await upstream.close();
});

/** Sends a request on its way; resolves when it was answered, rejects with what refused it. */
async function send(request: JsonObject): Promise<void> {
  const canonical = openAiChat.toCanonical(request, "anthropic");
  const model = "claude-sonnet-4-5";
  await new Promise<void>((resolve, reject) => {
    anthropic.converse(
      { callId: "call_01", model, request: canonical, stream: true, connectMs: 5_000 },
      { event: () => {}, end: resolve, fail: reject },
    );
  });
}

describe("the golden cases of a dialect", () => {
  it("are there to be read", () => {
    for (const folder of ["requests", "refusals", "answers", "streams"]) expect(namesIn(folder).length).toBeGreaterThan(8);
  });
});

describe("an OpenAI request to Anthropic", () => {
  it.each(namesIn("requests"))("arrives as it was meant: %s", async (name) => {
    const golden = JSON.parse(textOf(`requests/${name}.json`)) as RequestCase;
    expect(openAiChat.toCanonical(golden.request, "anthropic")).toEqual(golden.canonical);
    await send(golden.request);
    const sent = upstream.requests.at(-1);
    expect(sent?.body).toEqual(golden.anthropic.body);
    expect(sent?.headers["anthropic-beta"]).toBe(golden.anthropic.beta);
  });

  it.each(namesIn("refusals"))("is refused before anything is sent: %s", async (name) => {
    const { request, error } = JSON.parse(textOf(`refusals/${name}.json`)) as RefusalCase;
    const before = upstream.requests.length;
    const refusal: unknown = await send(request).catch((thrown: unknown) => thrown);
    if (!(refusal instanceof RollwardError)) throw new Error("It was not refused.");
    const { field, param } = refusal.details;
    expect({ code: refusal.code, field, param: param ?? null }).toEqual({ field: undefined, ...error });
    expect(upstream.requests).toHaveLength(before);
  });
});

describe("a translated answer", () => {
  const written = (events: readonly CallEvent[], form: AnswerForm): string => {
    const encoder = openAiChat.encoder(form, "call_01", 1_700_000_000_123);
    return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]).toString();
  };

  it.each(namesIn("answers", ".events.json"))("is written byte for byte, streamed and whole: %s", (name) => {
      const { events } = JSON.parse(textOf(`answers/${name}.events.json`)) as { readonly events: readonly CallEvent[] };
      expect(written(events, { stream: true, usageInStream: false })).toBe(textOf(`answers/${name}.stream.sse`));
      expect(written(events, { stream: true, usageInStream: true })).toBe(textOf(`answers/${name}.usage.sse`));
      expect(written(events, { stream: false, usageInStream: false })).toBe(textOf(`answers/${name}.whole.json`));
  });
});

describe("a streamed answer of OpenAI's own dialect", () => {
  it.each(namesIn("streams"))("is read and handed on: %s", (name) => {
    const golden = JSON.parse(textOf(`streams/${name}.json`)) as StreamCase;
    const text = textOf(`streams/${name}.sse`);
    const reader = openAiChat.reader({ stream: true, usageInStream: golden.usageInStream });
    const passed = Buffer.concat([reader.push(Buffer.from(text)), reader.end()]).toString();
    const events = text.split(/(?<=\n\r?\n)/);
    expect(passed).toBe(golden.handedOn.map((index) => events[index]).join(""));
    expect({ ...reader.facts }).toEqual(golden.facts);
  });
});
