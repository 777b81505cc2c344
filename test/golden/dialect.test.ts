import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CallEvent, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/http/dialects/openai-chat/index.ts";
import type { AnswerFacts, AnswerForm } from "../../src/ports/dialect.ts";

/** `requests/`: an OpenAI request, what it means, and what Anthropic gets. Add a file and it is a test. */
interface RequestCase {
  readonly title: string;
  readonly request: JsonObject;
  readonly canonical: CanonicalRequest;
  readonly anthropic: JsonObject;
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

/** The body that Anthropic gets for an OpenAI request; throws what refuses it. */
function translated(request: JsonObject): JsonObject {
  const ask = { provider: "anthropic", model: "claude-sonnet-4-5", stream: true, reportsStreamUsage: true };
  const bytes = anthropicMessages.fromCanonical(openAiChat.toCanonical(request, "anthropic"), ask);
  return JSON.parse(bytes.toString()) as JsonObject;
}

describe("the golden cases of a dialect", () => {
  it("are there to be read", () => {
    for (const folder of ["requests", "refusals", "answers", "streams"]) expect(namesIn(folder).length).toBeGreaterThan(8);
  });
});

describe("an OpenAI request to Anthropic", () => {
  it.each(namesIn("requests"))("arrives as it was meant: %s", (name) => {
    const golden = JSON.parse(textOf(`requests/${name}.json`)) as RequestCase;
    expect(openAiChat.toCanonical(golden.request, "anthropic")).toEqual(golden.canonical);
    expect(translated(golden.request)).toEqual(golden.anthropic);
  });

  it.each(namesIn("refusals"))("is refused before anything is sent: %s", (name) => {
    const { request, error } = JSON.parse(textOf(`refusals/${name}.json`)) as RefusalCase;
    try {
      translated(request);
    } catch (refusal) {
      if (!(refusal instanceof RollwardError)) throw refusal;
      const { field, param } = refusal.details;
      expect({ code: refusal.code, field, param: param ?? null }).toEqual({ field: undefined, ...error });
      return;
    }
    throw new Error("It was not refused.");
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
