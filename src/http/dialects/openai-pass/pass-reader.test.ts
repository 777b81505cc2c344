import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PassReader } from "./pass-reader.ts";
import type { PassTerms } from "./pass-reader.ts";

const IMAGE: PassTerms = { operation: { answer: "document", unit: "image" }, characters: null };
const SOUND: PassTerms = { operation: { answer: "any", unit: "second" }, characters: null };
const BYTES: PassTerms = { operation: { answer: "bytes", unit: null }, characters: null };

function read(
  terms: PassTerms,
  type: string,
  chunks: readonly Buffer[],
): { readonly reader: PassReader; readonly out: Buffer } {
  const reader = new PassReader(terms);
  reader.head(type);
  const out = Buffer.concat([...chunks.map((chunk) => reader.push(chunk)), reader.end()]);
  return { reader, out };
}

const readText = (terms: PassTerms, type: string, text: string) => read(terms, type, [Buffer.from(text)]);

describe("an answer that passes", () => {
  test("stays as it is, whatever its bytes and however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.constantFrom("", "audio/mpeg", "text/html"),
        (cut, type) => {
          const chunks = cut.map((bytes) => Buffer.from(bytes));
          const { reader, out } = read(BYTES, type, chunks);
          expect(out.equals(Buffer.concat(chunks))).toBe(true);
          expect(reader.facts).toMatchObject({ fault: null, finishReason: "stop", begun: true });
        },
      ),
    );
  });

  test("as a document tells its usage and how many images it has", () => {
    const text =
      '{"data":[{},{}],"usage":{"input_tokens":3,"output_tokens":4,"input_tokens_details":{"cached_tokens":1}}}';
    const { reader, out } = readText(IMAGE, "application/json", text);
    expect(out.toString()).toBe(text);
    expect(reader.facts.usage).toMatchObject({ input: 2, cachedInput: 1, output: 4 });
    expect(reader.facts.units).toEqual({ unit: "image", count: 2 });
  });

  test("of sound tells its seconds, where it says them", () => {
    expect(readText(SOUND, "application/json", '{"text":"a","duration":2.5}').reader.facts.units).toEqual({
      unit: "second",
      count: 2.5,
    });
    expect(readText(SOUND, "text/plain", "a").reader.facts).toMatchObject({ units: null, finishReason: "stop" });
    for (const seconds of ["-1", "1e300", '"3"']) {
      const { facts } = readText(
        SOUND,
        "application/json",
        `{"text":"a","usage":{"type":"duration","seconds":${seconds}}}`,
      ).reader;
      expect(facts).toMatchObject({ units: null, fault: null });
    }
  });

  const DONE = 'data: {"type":"speech.audio.done","usage":{"input_tokens":1,"output_tokens":2}}\n\n';
  test("as events is whole with its last one, or the sentinel, and not before", () => {
    const delta = 'data: {"type":"speech.audio.delta","audio":"a"}\n\n';
    const whole = readText(SOUND, "text/event-stream", delta + DONE);
    expect(whole.out.toString()).toBe(delta + DONE);
    expect(whole.reader.facts).toMatchObject({ finishReason: "stop", usage: { input: 1, output: 2 } });
    expect(readText(SOUND, "text/event-stream", delta).reader.facts.finishReason).toBeNull();
    expect(readText(SOUND, "text/event-stream", `${delta}data: [DONE]\n\n`).reader.facts.finishReason).toBe("stop");
  });

  test.each<[string, PassTerms, string, string, string]>([
    ["an error with a good status", IMAGE, "application/json", '{"error":{"message":"busy"}}', "provider_error"],
    [
      "an error among events",
      SOUND,
      "text/event-stream",
      'data: {"type":"error","message":"busy"}\n\n',
      "provider_error",
    ],
    ["a web page", SOUND, "text/html; charset=utf-8", "<html>", "provider_bad_answer"],
    ["no document", IMAGE, "application/json", "oops", "provider_bad_answer"],
    ["a document that is no object", IMAGE, "application/json", "[]", "provider_bad_answer"],
    ["sound where images were asked for", IMAGE, "audio/mpeg", "\u0000", "provider_bad_answer"],
    ["one document that calls itself events", SOUND, "text/event-stream", "{}", "provider_bad_answer"],
  ])("is refused as %s, and nothing of it is handed on", (...[, terms, type, text, code]) => {
    const { reader, out } = readText(terms, type, text);
    expect(out).toHaveLength(0);
    expect(reader.facts.fault?.code).toBe(code);
  });
});
