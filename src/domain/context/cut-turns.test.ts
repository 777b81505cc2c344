import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OutlineMessage } from "../call/outline.ts";
import { cutTurns } from "./cut-turns.ts";
import type { Weighed } from "./cut-turns.ts";

const messageOf = (role: OutlineMessage["role"], part: Partial<OutlineMessage> = {}): OutlineMessage => ({
  role,
  text: "",
  images: 0,
  attachedBytes: 0,
  calls: [],
  answers: [],
  ...part,
});

const tokens = fc.integer({ min: 1, max: 50 });

/** A turn: the user, perhaps some rounds of tools, the assistant; now and then the system speaks. */
const turn = fc
  .record({
    ask: tokens,
    rounds: fc.array(fc.tuple(tokens, tokens), { maxLength: 3 }),
    reply: fc.option(tokens),
    system: fc.option(tokens, { freq: 6 }),
  })
  .map(({ ask, rounds, reply, system }) => ({ ask, rounds, reply, system }));

type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

function conversationOf(turns: readonly Turn[]): readonly Weighed[] {
  const conversation: Weighed[] = [{ message: messageOf("system"), tokens: 7 }];
  for (const [index, { ask, rounds, reply, system }] of turns.entries()) {
    if (system !== null) conversation.push({ message: messageOf("system"), tokens: system });
    conversation.push({ message: messageOf("user"), tokens: ask });
    for (const [round, [call, result]] of rounds.entries()) {
      const id = `call-${index}-${round}`;
      conversation.push({ message: messageOf("assistant", { calls: [id] }), tokens: call });
      conversation.push({ message: messageOf("tool", { answers: [id] }), tokens: result });
    }
    if (reply !== null) conversation.push({ message: messageOf("assistant"), tokens: reply });
  }
  return conversation;
}

const sum = (all: readonly Weighed[]): number => all.reduce((total, each) => total + each.tokens, 0);

const scene = fc.record({
  conversation: fc.array(turn, { minLength: 1, maxLength: 40 }).map(conversationOf),
  tokens: fc.integer({ min: 20, max: 600 }),
  keepFirst: fc.integer({ min: 0, max: 3 }),
});

describe("cutting the oldest turns", () => {
  test("what is left fits, keeps the system and the last turn, and leaves no result without its call", () => {
    fc.assert(
      fc.property(scene, ({ conversation, tokens: room, keepFirst }) => {
        const cut = cutTurns(conversation, { tokens: room, keepFirst });
        if (cut === null) return;
        const gone = new Set(cut.positions);
        const kept = conversation.filter((_, position) => !gone.has(position));
        expect(sum(kept)).toBeLessThanOrEqual(room);
        expect(sum(conversation) - sum(kept)).toBe(cut.tokens);
        expect(cut.positions.every((position) => conversation[position]?.message.role !== "system")).toBe(true);
        expect(kept.at(-1)).toBe(conversation.at(-1));
        const calls = new Set(kept.flatMap(({ message }) => message.calls));
        expect(kept.every(({ message }) => message.answers.every((id) => calls.has(id)))).toBe(true);
        const lastAsk = conversation.findLastIndex(({ message }) => message.role === "user");
        expect(gone.has(lastAsk)).toBe(false);
        const first = kept.find(({ message }) => message.role !== "system");
        expect(first?.message.role).toBe("user");
      }),
    );
  });

  test("nothing goes that fits, and nothing is left to refuse but a last turn that is too long alone", () => {
    fc.assert(
      fc.property(scene, ({ conversation, tokens: room, keepFirst }) => {
        const cut = cutTurns(conversation, { tokens: room, keepFirst });
        if (sum(conversation) <= room) expect(cut).toEqual({ positions: [], tokens: 0 });
        if (keepFirst > 0 || cut !== null) return;
        const lastAsk = conversation.findLastIndex(({ message }) => message.role === "user");
        const least = conversation.filter(({ message }, position) => message.role === "system" || position >= lastAsk);
        expect(sum(least)).toBeGreaterThan(room);
      }),
    );
  });

  test("as a conversation grows the cut moves only when it has outgrown its room, and then by a quarter of it at least", () => {
    const plain = fc.array(fc.tuple(tokens, tokens), { minLength: 20, maxLength: 80 });
    fc.assert(
      fc.property(plain, (pairs) => {
        const room = 400;
        const turns = pairs.map(([ask, reply]): Turn => ({ ask, rounds: [], reply, system: null }));
        let before: readonly number[] = [];
        let moves = 0;
        for (let length = 1; length <= turns.length; length += 1) {
          const conversation = conversationOf(turns.slice(0, length));
          const cut = cutTurns(conversation, { tokens: room, keepFirst: 0 });
          if (cut === null) throw new Error("A turn has at most 100 of 400 tokens.");
          // What was cut once stays cut: the beginning that a provider has cached never comes back changed.
          expect(cut.positions.slice(0, before.length)).toEqual(before);
          if (cut.positions.length > before.length) {
            moves += 1;
            expect(sum(conversation) - cut.tokens).toBeLessThanOrEqual(room * 0.75);
          }
          before = cut.positions;
        }
        const total = sum(conversationOf(turns));
        expect(moves).toBeLessThanOrEqual(Math.ceil(total / (room / 4)));
      }),
    );
  });

  test("turns from the beginning stay where that is wanted", () => {
    const conversation = conversationOf(
      Array.from({ length: 10 }, (): Turn => ({ ask: 10, rounds: [], reply: 10, system: null })),
    );
    const cut = cutTurns(conversation, { tokens: 107, keepFirst: 2 });
    expect(cut?.positions[0]).toBe(5);
    expect(cut?.positions).not.toContain(4);
  });

  test("turns at the end stay where that is wanted, or nothing is cut at all", () => {
    const conversation = conversationOf(
      Array.from({ length: 10 }, (): Turn => ({ ask: 10, rounds: [], reply: 10, system: null })),
    );
    const keeping = (keepLast: number): number | undefined =>
      cutTurns(conversation, { tokens: 107, keepFirst: 0, keepLast })?.positions.length;
    expect([keeping(1), keeping(5), keeping(6)]).toEqual([12, 10, undefined]);
  });

  test("looks at each message as often in a conversation of ten thousand as in one of a thousand", () => {
    const looksAt = (turns: number): number => {
      let looks = 0;
      const plain = conversationOf(
        Array.from({ length: turns }, (): Turn => ({ ask: 9, rounds: [], reply: 9, system: null })),
      );
      const watched = plain.map(({ message, tokens: weight }) => ({
        tokens: weight,
        get message() {
          looks += 1;
          return message;
        },
      }));
      expect(cutTurns(watched, { tokens: 1_000, keepFirst: 0 })?.positions.length).toBeGreaterThan(2 * turns - 120);
      return looks / watched.length;
    };
    const [few, many] = [looksAt(500), looksAt(5_000)];
    expect(many).toBeLessThan(few * 1.2);
  });
});
