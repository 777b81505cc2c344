import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../domain/json.ts";
import type { PrefixMark } from "../../../../domain/prompt-cache/prefix-outline.ts";
import { toCanonical } from "./to-canonical.ts";
import { wirePrefix } from "./wire-prefix.ts";

const NONE = { system: 0, messages: 0 };

const bytesOf = (body: JsonObject, space = 0): Buffer => Buffer.from(JSON.stringify(body, null, space));

const body = (rest: JsonObject): JsonObject => ({ model: "m", max_tokens: 9, ...rest });

/** The body with a mark at every end that takes one. */
function markedAt(bytes: Buffer, layers: readonly string[] = ["tools", "system", "own", "turn"]): string {
  const { outline, mark } = wirePrefix(bytes, NONE);
  const ends = outline.ends.filter(({ markable, layer }) => markable && layers.includes(layer));
  return mark(ends.map((end): PrefixMark => ({ end, ttl: "5m" }))).toString();
}

const MARK = `"cache_control":{"type":"ephemeral"}`;

describe("a mark", () => {
  test("makes a block of a plain text and leaves its bytes as they were", () => {
    const bytes = Buffer.from(
      `{"model":"m","max_tokens":9, "system" : "Ol\\u00e1", "messages":[{"content":"H\\/i","role":"user"}]}`,
    );
    expect(markedAt(bytes)).toBe(
      `{"model":"m","max_tokens":9, "system" : [{"type":"text","text":"Ol\\u00e1",${MARK}}], "messages":[{"content":[{"type":"text","text":"H\\/i",${MARK}}],"role":"user"}]}`,
    );
  });

  test("is the last member of the last tool, of the last text of the system and of the last block of a turn", () => {
    const tool = { name: "a", input_schema: { type: "object" } };
    const text = { type: "text", text: "Hi" };
    const bytes = bytesOf(
      body({
        tools: [tool, { ...tool, name: "b" }],
        system: [text, text],
        messages: [{ role: "user", content: [text, text] }],
      }),
    );
    const marked = JSON.parse(markedAt(bytes)) as JsonObject;
    const kept = { cache_control: { type: "ephemeral" } };
    expect(marked).toEqual(
      body({
        tools: [tool, { ...tool, name: "b", ...kept }],
        system: [text, { ...text, ...kept }],
        messages: [{ role: "user", content: [text, { ...text, ...kept }] }],
      }),
    );
  });

  test("for an hour says so", () => {
    const { outline, mark } = wirePrefix(bytesOf(body({ system: "Be kind.", messages: [] })), NONE);
    const [end] = outline.ends;
    if (end === undefined) throw new Error("The system's text has an end.");
    expect(mark([{ end, ttl: "1h" }]).toString()).toContain(
      `"text":"Be kind.","cache_control":{"type":"ephemeral","ttl":"1h"}}]`,
    );
  });

  test.each<[string, JsonObject]>([
    ["an empty text", body({ messages: [{ role: "user", content: "" }] })],
    [
      "thinking",
      body({
        messages: [
          { role: "assistant", content: [{ type: "thinking", thinking: "Hm", signature: "s" }] },
          { role: "user", content: "" },
        ],
      }),
    ],
    ["the beginning of the answer", body({ messages: [{ role: "assistant", content: "It is" }] })],
    [
      "a tool that is loaded later",
      body({ tools: [{ name: "a", input_schema: {}, defer_loading: true }], messages: [] }),
    ],
    ["a tool that is no object", body({ tools: [{ name: "a", input_schema: {} }, 5], messages: [] })],
    ["a tool without members", body({ tools: [{}], messages: [] })],
    ["a tool that says it has none", body({ tools: [{ name: "a", cache_control: null }], messages: [] })],
    [
      "a block that says it has none",
      body({ messages: [{ role: "user", content: [{ type: "text", text: "Hi", cache_control: null }] }] }),
    ],
    ["what the API does not know as a block", body({ messages: [{ role: "user", content: [{ type: "hologram" }] }] })],
  ])("is never put on %s", (_, each) => {
    expect(wirePrefix(bytesOf(each), NONE).outline.ends.some(({ markable }) => markable)).toBe(false);
  });
});

describe("marks of the client's", () => {
  const kept = { cache_control: { type: "ephemeral" } };
  const result = { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "x", ...kept }] };
  test.each<[string, JsonObject]>([
    ["on the request", body({ ...kept, messages: [] })],
    ["on a tool", body({ tools: [{ name: "a", input_schema: {}, ...kept }], messages: [] })],
    ["on a text of the system", body({ system: [{ type: "text", text: "x", ...kept }], messages: [] })],
    ["on a block", body({ messages: [{ role: "user", content: [{ type: "text", text: "x", ...kept }] }] })],
    ["within a result", body({ messages: [{ role: "user", content: [result] }] })],
  ])("are seen %s", (_, each) => expect(wirePrefix(bytesOf(each), NONE).outline.hasMarks).toBe(true));

  test("are not seen where a text or a schema only speaks of them", () => {
    const schema = { type: "object", properties: { cache_control: { type: "string" } } };
    const speaking = body({
      tools: [{ name: "a", input_schema: schema }],
      messages: [{ role: "user", content: `"cache_control"` }],
    });
    expect(wirePrefix(bytesOf(speaking), NONE).outline.hasMarks).toBe(false);
  });
});

describe("digests", () => {
  const turns = [
    { role: "user", content: "One?" },
    { role: "assistant", content: "One." },
    { role: "user", content: "Two?" },
  ];
  const digests = (each: JsonObject): readonly string[] =>
    wirePrefix(bytesOf(each), NONE).outline.ends.map(({ digest }) => digest);

  test("of a conversation's beginning stay the same when it goes on", () => {
    const first = digests(body({ system: "S", messages: turns.slice(0, 1) }));
    expect(digests(body({ system: "S", messages: turns })).slice(0, first.length)).toEqual(first);
  });

  test("of everything after a change are others", () => {
    const [tools, system, ...rest] = digests(
      body({ tools: [{ name: "a", input_schema: {} }], system: "S", messages: turns }),
    );
    const changed = digests(body({ tools: [{ name: "a", input_schema: {} }], system: "S!", messages: turns }));
    expect(changed[0]).toBe(tools);
    expect(changed).not.toContain(system);
    for (const digest of rest) expect(changed).not.toContain(digest);
  });

  test("of the messages, and only of these, change with the choice of tools", () => {
    const plain = digests(body({ system: "S", messages: turns }));
    const chosen = digests(body({ system: "S", messages: turns, tool_choice: { type: "any" } }));
    expect([chosen[0] === plain[0], chosen[1] === plain[1]]).toEqual([true, false]);
  });
});

test("images do not count as text", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(50_000) } };
  const { outline } = wirePrefix(
    bytesOf(body({ messages: [{ role: "user", content: [image, { type: "text", text: "What?" }] }] })),
    NONE,
  );
  expect(outline.isText).toBe(false);
  expect(outline.ends.at(-1)?.bytes).toBeLessThan(1_000);
});

test("the release's own messages end where its prompt says", () => {
  const messages = ["Example?", "Answer.", "Question?"].map((content, index) => ({
    role: index === 1 ? "assistant" : "user",
    content,
  }));
  const { outline } = wirePrefix(bytesOf(body({ messages })), { system: 0, messages: 2 });
  expect(outline.ends.map(({ layer, index }) => `${layer} ${index}`)).toEqual(["own 1", "turn 2"]);
});

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const block = fc.oneof(
  text.map((words): JsonObject => ({ type: "text", text: words })),
  fc.constant<JsonObject>({ type: "image", source: { type: "url", url: "https://example.com/a.png" } }),
  text.map((words): JsonObject => ({ type: "tool_result", tool_use_id: "t", content: words })),
);
const said = fc.oneof(
  fc.record({ role: fc.constant("user"), content: fc.oneof(text, fc.array(block, { minLength: 1, maxLength: 4 })) }),
  fc.record({ role: fc.constant("assistant"), content: text }),
);
const bodies = fc
  .record({
    tools: fc.option(
      fc.array(fc.record({ name: fc.constant("a"), input_schema: fc.constant({ type: "object" }) }), { maxLength: 3 }),
      { nil: undefined },
    ),
    system: fc.option(
      fc.oneof(
        text,
        fc.array(
          text.map((words) => ({ type: "text", text: words })),
          { maxLength: 3 },
        ),
      ),
      { nil: undefined },
    ),
    messages: fc.array(said, { maxLength: 6 }).map((list) => [...list, { role: "user", content: "End." }]),
  })
  .map((each): JsonObject => JSON.parse(JSON.stringify(body(each as unknown as JsonObject))) as JsonObject);

/** Without hints. */
const unhinted = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === "cache" ? undefined : each)));

function isWithin(inner: Buffer, outer: Buffer): boolean {
  let at = 0;
  for (const byte of outer) if (byte === inner[at]) at += 1;
  return at === inner.length;
}

test("marks change nothing of what a request means, and keep every byte in its place", () => {
  fc.assert(
    fc.property(bodies, fc.constantFrom(0, 2), fc.uniqueArray(fc.nat(20), { maxLength: 4 }), (each, space, chosen) => {
      const bytes = bytesOf(each, space);
      const { outline, mark } = wirePrefix(bytes, NONE);
      const marks = outline.ends
        .filter(({ markable }, index) => markable && chosen.includes(index))
        .map((end): PrefixMark => ({ end, ttl: "5m" }));
      const marked = mark(marks);
      const parsed = JSON.parse(marked.toString()) as JsonObject;
      expect(marked.toString().split(MARK).length - 1).toBe(marks.length);
      expect(unhinted(toCanonical(parsed, "p"))).toEqual(unhinted(toCanonical(each, "p")));
      expect(isWithin(bytes, marked)).toBe(true);
    }),
  );
});

test("the release's texts of the system end before the client's, and may be marked apart from them", () => {
  const system = ["Release.", "Client."].map((words) => ({ type: "text", text: words }));
  const { outline, mark } = wirePrefix(bytesOf(body({ system, messages: [] })), { system: 1, messages: 0 });
  expect(outline.ends.map(({ layer, index }) => `${layer} ${index}`)).toEqual(["release 0", "system 1"]);
  const [end] = outline.ends;
  if (end === undefined) throw new Error("The release's text has an end.");
  expect(mark([{ end, ttl: "5m" }]).toString()).toContain(
    `"text":"Release.",${MARK}},{"type":"text","text":"Client."}]`,
  );
});
