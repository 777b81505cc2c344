import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CallEvent, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import type { AnswerFacts } from "../../src/ports/dialect.ts";

/** `requests/`: a body of the Messages API, what it means, and how that is written for a provider. */
interface RequestCase {
  readonly title: string;
  readonly request: JsonObject & { readonly model: string };
  readonly canonical: CanonicalRequest;
  readonly wire: JsonObject;
}

/** `refusals/`: a body that no provider of another dialect can be sent, and how that is said. */
interface RefusalCase {
  readonly request: JsonObject;
  readonly error: { readonly code: string; readonly field?: string; readonly param: string };
}

/** `streams/`: a streamed answer: how many of its events are handed on, what is read from it, and what it says. */
interface StreamCase {
  readonly title: string;
  readonly handedOn: number;
  readonly facts: AnswerFacts;
  readonly events: readonly CallEvent[];
}

const FOLDER = new URL("anthropic/", import.meta.url);

const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");

/** Names of the cases in a folder: the files with this ending, without it. */
const namesIn = (folder: string, ending = ".json"): readonly string[] =>
  readdirSync(new URL(folder, FOLDER))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));

describe("the golden cases of the Messages API", () => {
  it("are there to be read", () => {
    for (const folder of ["requests", "refusals", "answers", "streams"]) expect(namesIn(folder).length).toBeGreaterThan(8);
  });
});

describe("a request of the Messages API", () => {
  it.each(namesIn("requests"))("is understood, and written again for a provider: %s", (name) => {
    const { request, canonical, wire } = JSON.parse(textOf(`requests/${name}.json`)) as RequestCase;
    const { body } = anthropicMessages.read(Buffer.from(JSON.stringify(request)));
    const read = anthropicMessages.toCanonical(body, "openai");
    expect(read).toEqual(canonical);
    const ask = { provider: "claude", model: request.model, stream: true, reportsStreamUsage: true };
    const written = JSON.parse(anthropicMessages.fromCanonical(read, ask).toString()) as JsonObject;
    expect(written).toEqual(wire);
    expect(anthropicMessages.toCanonical(written, "openai")).toEqual(canonical);
  });

  it.each(namesIn("refusals"))("is refused with the field that cannot be carried: %s", (name) => {
    const { request, error } = JSON.parse(textOf(`refusals/${name}.json`)) as RefusalCase;
    try {
      anthropicMessages.toCanonical(request, "openai");
    } catch (refusal) {
      if (!(refusal instanceof RollwardError)) throw refusal;
      const { code, details } = refusal;
      expect({ code, field: details["field"], param: details["param"] }).toEqual({ field: undefined, ...error });
      return;
    }
    throw new Error("It was not refused.");
  });
});

describe("a translated answer for a client of the Messages API", () => {
  const written = (events: readonly CallEvent[], stream: boolean): string => {
    const encoder = anthropicMessages.encoder({ stream, usageInStream: true }, "call_01", 0);
    return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]).toString();
  };

  it.each(namesIn("answers", ".events.json"))("is written byte for byte, streamed and whole: %s", (name) => {
    const { events } = JSON.parse(textOf(`answers/${name}.events.json`)) as { readonly events: readonly CallEvent[] };
    expect(written(events, true)).toBe(textOf(`answers/${name}.stream.sse`));
    expect(written(events, false)).toBe(textOf(`answers/${name}.whole.json`));
  });
});

describe("a streamed answer of the Messages API", () => {
  it.each(namesIn("streams"))("is read, handed on and translated: %s", (name) => {
    const golden = JSON.parse(textOf(`streams/${name}.json`)) as StreamCase;
    const text = textOf(`streams/${name}.sse`);
    const reader = anthropicMessages.reader({ stream: true, usageInStream: true });
    const passed = Buffer.concat([reader.push(Buffer.from(text)), reader.end()]).toString();
    const parts = text.split(/(?<=\n\r?\n)/);
    expect(passed).toBe(parts.slice(0, golden.handedOn).join(""));
    expect({ ...reader.facts }).toEqual(golden.facts);
    const events = anthropicMessages.eventReader(true);
    expect([...events.push(Buffer.from(text)), ...events.end()]).toEqual(golden.events);
    expect(events.fault).toEqual(golden.facts.fault);
  });
});
