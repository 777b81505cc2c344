import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SseEventTooLarge, SseSplitter } from "./sse-splitter.ts";
import type { SseEvent } from "./sse-splitter.ts";

interface Outcome {
  readonly events: readonly SseEvent[];
  readonly tail: string;
  readonly isTooLarge: boolean;
}

function split(chunks: readonly Buffer[], maxEventBytes?: number): Outcome {
  const splitter = new SseSplitter(maxEventBytes);
  const events: SseEvent[] = [];
  try {
    for (const chunk of chunks) events.push(...splitter.push(chunk));
  } catch (error) {
    if (!(error instanceof SseEventTooLarge)) throw error;
    return { events: [...events, ...error.events], tail: "", isTooLarge: true };
  }
  return { events, tail: splitter.tail().toString("latin1"), isTooLarge: false };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

const splitText = (text: string): readonly SseEvent[] => split([Buffer.from(text)]).events;
const read = (text: string): readonly (readonly [string | null, string | null])[] =>
  splitText(text).map(({ event, data }) => [event, data]);

describe("fields", () => {
  it.each<[string, string, readonly (readonly [string | null, string | null])[]]>([
    ["a data line", "data: a\n\n", [[null, "a"]]],
    ["several data lines", "data: a\ndata:b\ndata\n\n", [[null, "a\nb\n"]]],
    ["at most one space cut off", "data:  a \n\n", [[null, " a "]]],
    [
      "data without a value",
      "data\n\ndata:\n\n",
      [
        [null, ""],
        [null, ""],
      ],
    ],
    ["a type, the last one counting", "event: x\ndata: 1\nevent: y\n\n", [["y", "1"]]],
    ["an empty type as none", "event: x\nevent:\ndata: 1\n\n", [[null, "1"]]],
    ["a type without data", "event: ping\n\n", [["ping", null]]],
    ["comments as events without data", ": ping\n\n", [[null, null]]],
    ["other fields as nothing", "id: 7\nretry: 10\nfoo\n\n", [[null, null]]],
    ["names that only begin alike", "database: 1\ndatas\nevents: 2\n data: 3\nData: 4\n\n", [[null, null]]],
    ["colons and quotes in a value", 'data: {"a":": b"}\n\n', [[null, '{"a":": b"}']]],
    [
      "a blank line alone",
      "\n\ndata: 1\n\n",
      [
        [null, null],
        [null, null],
        [null, "1"],
      ],
    ],
    [
      "CRLF",
      "event: x\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
      [
        ["x", "a\nb"],
        [null, "c"],
      ],
    ],
    [
      "mixed ends",
      "data: a\rdata: b\ndata: c\r\n\rdata: d\n\r\n",
      [
        [null, "a\nb\nc"],
        [null, "d"],
      ],
    ],
    ["characters beyond ASCII", "data: größe 日本 🎉\n\n", [[null, "größe 日本 🎉"]]],
    ["a byte order mark at the start", "\ufeffdata: a\n\n", [[null, "a"]]],
    [
      "a byte order mark before a blank line",
      "\ufeff\ndata: a\n\n",
      [
        [null, null],
        [null, "a"],
      ],
    ],
    [
      "a byte order mark later as text",
      "data: a\n\n\ufeffdata: b\n\n",
      [
        [null, "a"],
        [null, null],
      ],
    ],
    ["a second byte order mark as text", "\ufeff\ufeffdata: a\n\n", [[null, null]]],
  ])("reads %s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("replaces bytes that are not UTF-8 and keeps them in what it hands on", () => {
    const bytes = Buffer.from([...Buffer.from("data: "), 0xff, 0x0a, 0x0a]);
    const [event] = split([bytes]).events;
    expect(event?.data).toBe("\ufffd");
    expect(event?.raw).toEqual(bytes);
  });
});

describe("cutting", () => {
  it("gives an event out as soon as its blank line is there", () => {
    const splitter = new SseSplitter();
    expect(splitter.push(Buffer.from("data: a\n"))).toEqual([]);
    expect(splitter.tail().toString()).toBe("data: a\n");
    expect(splitter.push(Buffer.from("\n")).map(({ data }) => data)).toEqual(["a"]);
    expect(splitter.tail()).toHaveLength(0);
  });

  it("waits after CR for the byte that says whether a LF belongs to it", () => {
    const splitter = new SseSplitter();
    expect(splitter.push(Buffer.from("data: a\r\n\r"))).toEqual([]);
    expect(splitter.push(Buffer.from("\ndata: b\r\r")).map(({ raw }) => raw.toString())).toEqual(["data: a\r\n\r\n"]);
    expect(splitter.tail().toString()).toBe("data: b\r\r");
    expect(splitter.push(Buffer.from("d")).map(({ raw }) => raw.toString())).toEqual(["data: b\r\r"]);
  });

  it("does not copy an event that lies within one chunk, nor change one that it gave out", () => {
    const chunk = Buffer.from("data: a\n\ndata: b\n\nda");
    const splitter = new SseSplitter();
    const [first, second] = splitter.push(chunk);
    expect(first?.raw.buffer).toBe(chunk.buffer);
    expect(second?.raw.byteOffset).toBe(chunk.byteOffset + 9);
    const [third] = splitter.push(Buffer.from("ta: c\n\ndata: d"));
    const [fourth] = splitter.push(Buffer.from("d\n\n"));
    expect([third, fourth].map((event) => event?.raw.toString())).toEqual(["data: c\n\n", "data: dd\n\n"]);
  });
});

/** The events by plain reading of the whole text: the raw text of each, and what is left. */
function reference(text: string): { readonly raws: readonly string[]; readonly tail: string } {
  const raws: string[] = [];
  let start = 0;
  for (const line of text.matchAll(/([^\r\n]*)(\r\n|\n|\r)/g)) {
    const end = line.index + line[0].length;
    const content = line.index === 0 ? line[1]?.replace(/^\u00ef\u00bb\u00bf/, "") : line[1];
    const isOpen = line[2] === "\r" && end === text.length;
    if (content !== "" || isOpen) continue;
    raws.push(text.slice(start, end));
    start = end;
  }
  return { raws, tail: text.slice(start) };
}

const piece = fc.constantFrom(
  "data: ",
  "data",
  "event: e",
  ":",
  " ",
  "x",
  "é",
  "🎉",
  "\ufeff",
  "\n",
  "\n\n",
  "\r",
  "\r\n",
  "\r\n\r\n",
);
const MARK = [0xef, 0xbb, 0xbf];
const mark = fc.constantFrom(
  Buffer.alloc(0),
  Buffer.from(MARK),
  Buffer.from(MARK.slice(0, 1)),
  Buffer.from(MARK.slice(0, 2)),
);
const stream = fc
  .tuple(mark, fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }))
  .map(([start, pieces]) => Buffer.concat([start, Buffer.from(pieces.join(""))]));
const places = fc.array(fc.nat(), { maxLength: 30 });

describe("laws", () => {
  it("gives the same events and tail for every cutting, byte by byte too", () => {
    fc.assert(
      fc.property(stream, places, (bytes, list) => {
        const whole = split([bytes]);
        expect(split(cut(bytes, list))).toEqual(whole);
        expect(split(cut(bytes, [...bytes.keys()]))).toEqual(whole);
      }),
    );
  });

  it("hands on every byte, cut where plain reading of the whole cuts", () => {
    fc.assert(
      fc.property(stream, places, (bytes, list) => {
        const { events, tail } = split(cut(bytes, list));
        const raws = events.map(({ raw }) => raw.toString("latin1"));
        expect(raws.join("") + tail).toBe(bytes.toString("latin1"));
        expect({ raws, tail }).toEqual(reference(bytes.toString("latin1")));
      }),
    );
  });

  it("refuses a large event at the same place for every cutting", () => {
    fc.assert(
      fc.property(stream, places, fc.integer({ min: 1, max: 30 }), (bytes, list, maxEventBytes) => {
        const whole = split([bytes], maxEventBytes);
        expect(split(cut(bytes, list), maxEventBytes)).toEqual(whole);
        for (const { raw } of whole.events) expect(raw.length).toBeLessThanOrEqual(maxEventBytes);
      }),
    );
  });
});

describe("bounds", () => {
  it("takes an event of exactly the bound and refuses one byte more", () => {
    const bytes = Buffer.from("data: 0123\n\n");
    expect(split([bytes], bytes.length).events).toHaveLength(1);
    expect(split([bytes], bytes.length - 1).isTooLarge).toBe(true);
  });

  it("refuses an event that never ends before it fills the memory", () => {
    const splitter = new SseSplitter();
    const chunk = Buffer.alloc(256 * 1024, "x");
    for (let index = 0; index < 4; index += 1) splitter.push(chunk);
    expect(() => splitter.push(Buffer.from("x"))).toThrow(SseEventTooLarge);
    expect(() => splitter.push(Buffer.from("\n\ndata: a\n\n"))).toThrow(SseEventTooLarge);
    expect(splitter.tail().length).toBe(1024 * 1024);
  });

  it("takes the largest event in single bytes", () => {
    const bytes = Buffer.from(`data: ${"x".repeat(300_000)}\n\n`);
    expect(split(cut(bytes, [...bytes.keys()]))).toEqual(split([bytes]));
  });
});
