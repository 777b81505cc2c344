import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../src/domain/call/canonical.ts";
import type { AnswerFacts, Dialect } from "../../src/ports/dialect.ts";
import { CONVERSATIONS, dialectNamed, goldenNames, goldenText } from "../golden/wire-answers.ts";

interface Read {
  readonly events: readonly CallEvent[];
  readonly fault: AnswerFacts["fault"];
}

function read(dialect: Dialect, pieces: readonly Buffer[]): Read {
  const reader = dialect.eventReader(true);
  const events = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  return { events, fault: reader.fault };
}

const streamsOf = (name: string): readonly string[] =>
  goldenNames(`providers/${name}`)
    .filter((file) => file.endsWith(".sse"))
    .map((file) => goldenText(`providers/${name}/${file}`));

const LINE_ENDS = ["\n", "\r\n", "\r"] as const;

/** What a provider or a proxy may put between two events. */
const NOISE = [": keep-alive", ":", "id: 7", "retry: 1000", 'event: ping\ndata: {"type":"ping"}', "id"] as const;

/** The same events written otherwise: with other line ends, a mark at the beginning, and noise between them. */
function rewritten(
  text: string,
  how: { readonly end: string; readonly mark: boolean; readonly noise: readonly number[] },
): Buffer {
  const events = text.split(/\r?\n\r?\n/).filter((event) => event !== "");
  const noisy = events.flatMap((event, index) => {
    const drawn = NOISE[how.noise[index] ?? -1];
    return drawn === undefined ? [event] : [drawn, event];
  });
  const lines = noisy
    .map((event) => `${event}\n\n`)
    .join("")
    .replaceAll("\n", how.end);
  return Buffer.from(`${how.mark ? "\ufeff" : ""}${lines}`);
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

describe.each(CONVERSATIONS)("a stream of %s", (name) => {
  const dialect = dialectNamed(name);

  it("says the same with every line end, a byte order mark and noise between its events, wherever it is cut", () => {
    const how = fc.record({
      end: fc.constantFrom(...LINE_ENDS),
      mark: fc.boolean(),
      noise: fc.array(fc.nat({ max: NOISE.length * 2 }), { maxLength: 9 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...streamsOf(name)),
        how,
        fc.array(fc.nat(), { maxLength: 8 }),
        (text, form, cuts) => {
          const plain = read(dialect, [Buffer.from(text)]);
          expect(plain.fault).toBeNull();
          expect(plain.events.at(-1)?.type).toBe("end");
          expect(read(dialect, cutAt(rewritten(text, form), cuts))).toEqual(plain);
        },
      ),
    );
  });

  it.each(LINE_ENDS)("says the same when it is cut in two at any byte, inside its characters too (%j)", (end) => {
    const bytes = rewritten(goldenText(`providers/${name}/text.sse`), { end, mark: true, noise: [0, 1, 2] });
    const whole = read(dialect, [bytes]);
    expect(whole.events.some((event) => event.type === "text-delta" && event.text.includes("🌞"))).toBe(true);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(read(dialect, [bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole);
    }
  });

  it("says the same byte by byte", () => {
    for (const text of streamsOf(name)) {
      const bytes = Buffer.from(text);
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      expect(read(dialect, single)).toEqual(read(dialect, [bytes]));
    }
  });

  it("that ends before its end is not taken for a whole one, wherever it ends", () => {
    const bytes = Buffer.from(goldenText(`providers/${name}/text.sse`));
    const saidIn = (events: readonly CallEvent[]): readonly CallEvent[] =>
      events.filter(({ type }) => type === "text-delta");
    const whole = saidIn(read(dialect, [bytes]).events).length;
    const short = Array.from(bytes, (_, at) => at).filter((at) => {
      const { events } = read(dialect, [bytes.subarray(0, at)]);
      return events.at(-1)?.type === "end" && saidIn(events).length < whole;
    });
    expect(short).toEqual([]);
  });

  it("with a line that never ends is a fault before it fills the memory", () => {
    const reader = dialect.eventReader(true);
    const piece = Buffer.from("x".repeat(1024 * 1024));
    reader.push(Buffer.from("data: "));
    let pushed = 0;
    while (reader.fault === null && pushed < 80) {
      reader.push(piece);
      pushed += 1;
    }
    expect(reader.fault).toMatchObject({ code: "provider_bad_answer" });
    expect(reader.push(piece)).toEqual([]);
  });

  it("takes one event of a mebibyte of text, less what stands round it", () => {
    const long = "é".repeat(500_000);
    const text = goldenText(`providers/${name}/text.sse`).replaceAll("Good ", long);
    const said = read(dialect, cutAt(Buffer.from(text), [1, 500_001, 900_000])).events;
    expect(said.map((event) => (event.type === "text-delta" ? event.text : "")).join("")).toBe(`${long}day 🌞`);
  });
});
