import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countMessage } from "../../src/domain/context/count-outline.ts";
import { cutTurns } from "../../src/domain/context/cut-turns.ts";
import { estimateTokens } from "../../src/domain/context/estimate-tokens.ts";
import { cutEdits } from "../../src/gateway/context/cut-edits.ts";
import { DIALECTS } from "../../src/http/dialects/index.ts";
import { jsonElements } from "../../src/kit/json-elements.ts";
import { spliceJson } from "../../src/kit/json-splice.ts";
import type { DialectName } from "../../src/ports/dialect.ts";

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("It is there.");
  return value;
}

/** A turn as a person would tell it: what is asked, which tools are called, what is said. */
const turn = fc.record({
  ask: fc.string({ unit: "grapheme", maxLength: 60 }),
  rounds: fc.array(fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  reply: fc.string({ unit: "binary", maxLength: 60 }).map((text) => text.toWellFormed()),
});

type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

interface Call {
  readonly id: string;
  readonly text: string;
}

const roundsOf = (index: number, { rounds }: Turn): readonly (readonly Call[])[] =>
  rounds.map((texts, round) => texts.map((text, call) => ({ id: `c${index}-${round}-${call}`, text })));

/** The elements of a conversation in each dialect. */
const WRITERS = {
  "openai-chat": (index: number, told: Turn) => [
    { role: "user", content: told.ask },
    ...roundsOf(index, told).flatMap((calls) => [
      {
        role: "assistant",
        content: null,
        tool_calls: calls.map(({ id }) => ({ id, type: "function", function: { name: "look", arguments: "{}" } })),
      },
      ...calls.map(({ id, text }) => ({ role: "tool", tool_call_id: id, content: text })),
    ]),
    { role: "assistant", content: told.reply },
  ],
  "anthropic-messages": (index: number, told: Turn) => [
    { role: "user", content: told.ask },
    ...roundsOf(index, told).flatMap((calls) => [
      { role: "assistant", content: calls.map(({ id }) => ({ type: "tool_use", id, name: "look", input: {} })) },
      { role: "user", content: calls.map(({ id, text }) => ({ type: "tool_result", tool_use_id: id, content: text })) },
    ]),
    { role: "assistant", content: [{ type: "text", text: told.reply }] },
  ],
  "openai-responses": (index: number, told: Turn) => [
    { role: "user", content: [{ type: "input_text", text: told.ask }] },
    ...roundsOf(index, told).flatMap((calls) => [
      { type: "reasoning", id: `r${index}`, summary: [] },
      ...calls.map(({ id }) => ({ type: "function_call", call_id: id, name: "look", arguments: "{}" })),
      ...calls.map(({ id, text }) => ({ type: "function_call_output", call_id: id, output: text })),
    ]),
    { type: "message", role: "assistant", content: [{ type: "output_text", text: told.reply }] },
  ],
} as const satisfies Partial<Record<DialectName, (index: number, told: Turn) => readonly object[]>>;

type Name = keyof typeof WRITERS;

const COUNTING = { count: estimateTokens, perImage: 1_000 };

const scene = fc.record({
  turns: fc.array(turn, { minLength: 1, maxLength: 15 }),
  room: fc.integer({ min: 20, max: 1_200 }),
  keepFirst: fc.integer({ min: 0, max: 2 }),
  indent: fc.constantFrom(0, 1, "\t"),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function elementsOf(name: Name, turns: readonly Turn[]): readonly object[] {
  const all = turns.flatMap((told, index): readonly object[] => WRITERS[name](index, told));
  // The last turn waits for its answer.
  return all.slice(0, -1);
}

interface CutBody {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly body: Buffer;
  readonly gone: readonly number[];
  readonly tokens: number;
}

function elementTexts(name: Name, bytes: Buffer): readonly string[] {
  const dialect = present(DIALECTS.get(name));
  const { members } = dialect.read(bytes);
  const array = members.get(name === "openai-responses" ? "input" : "messages");
  return jsonElements(bytes, present(array).value).map(({ start, end }) => bytes.toString("utf8", start, end));
}

function cut(name: Name, bytes: Buffer, { room, keepFirst }: Pick<Scene, "room" | "keepFirst">): CutBody | null {
  const dialect = present(DIALECTS.get(name));
  const request = dialect.read(bytes);
  const outline = present(dialect.outline?.(request.body));
  const weighed = outline.messages.map((message) => ({ message, tokens: countMessage(message, COUNTING) }));
  const found = cutTurns(weighed, { tokens: room, keepFirst });
  if (found === null || outline.member === null) return null;
  const elements = jsonElements(bytes, present(request.members.get(outline.member)).value);
  const body = spliceJson(bytes, cutEdits(elements, found.positions, null));
  const tokens = weighed.reduce((sum, one) => sum + one.tokens, 0) - found.tokens;
  const gone = found.positions;
  return { before: elementTexts(name, bytes), after: elementTexts(name, body), body, gone, tokens };
}

const idsIn = (texts: readonly string[], kind: RegExp): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(kind)].map(([, id = ""]) => id)));

/** Ids of calls and of what answers them, as the wire writes them. */
const IDS: Readonly<Record<Name, readonly [RegExp, RegExp]>> = {
  "openai-chat": [/"id":\s*"(c\d+-\d+-\d+)"/gu, /"tool_call_id":\s*"(c\d+-\d+-\d+)"/gu],
  "anthropic-messages": [/"id":\s*"(c\d+-\d+-\d+)"/gu, /"tool_use_id":\s*"(c\d+-\d+-\d+)"/gu],
  "openai-responses": [
    /"type":\s*"function_call",\s*"call_id":\s*"(c\d+-\d+-\d+)"/gu,
    /"type":\s*"function_call_output",\s*"call_id":\s*"(c\d+-\d+-\d+)"/gu,
  ],
};

describe.each(Object.keys(WRITERS) as readonly Name[])("a conversation in %s that is cut", (name) => {
  const bodyOf = ({ turns, indent }: Scene): Buffer => {
    const list = elementsOf(name, turns);
    const held = name === "openai-responses" ? { input: list } : { messages: list };
    return Buffer.from(JSON.stringify({ model: "bot", max_tokens: 10, ...held, tail: true }, null, indent));
  };

  test("keeps the bytes of every element that stays, in order, and everything around them", () => {
    fc.assert(
      fc.property(scene, (told) => {
        const done = cut(name, bodyOf(told), told);
        if (done === null) return;
        const { before, after, body, gone, tokens } = done;
        expect(tokens).toBeLessThanOrEqual(told.room);
        expect(after).toEqual(before.filter((_, position) => !gone.includes(position)));
        expect(JSON.parse(body.toString())).toMatchObject({ model: "bot", max_tokens: 10, tail: true });
      }),
    );
  });

  test("begins with the user, and has every call with its result and every result with its call", () => {
    fc.assert(
      fc.property(scene, (told) => {
        const done = cut(name, bodyOf(told), told);
        if (done === null) return;
        const [calls, answers] = IDS[name];
        expect(idsIn(done.after, answers)).toEqual(idsIn(done.after, calls));
        expect(JSON.parse(done.after[0] ?? "{}")).toMatchObject({ role: "user" });
      }),
    );
  });

  test("is not cut a second time", () => {
    fc.assert(
      fc.property(scene, (told) => {
        const done = cut(name, bodyOf(told), told);
        if (done === null) return;
        expect(cut(name, done.body, told)?.body.equals(done.body)).toBe(true);
      }),
    );
  });
});
