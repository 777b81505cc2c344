import { describe, expect, test } from "vitest";
import type { TokenUsage } from "../money/price.ts";
import { PrefixBook } from "./prefix-book.ts";
import type { PrefixScope, SentPrefix } from "./prefix-book.ts";
import type { PrefixEnd, PrefixLayer, PrefixOutline } from "./prefix-outline.ts";

const SCOPE: PrefixScope = { owner: "bot\nd1", account: "claude/m#0", model: "m" };
const MINUTE = 60_000;

const endOf = (layer: PrefixLayer, digest: string, rest: Partial<PrefixEnd> = {}): PrefixEnd => ({
  layer,
  index: 0,
  digest,
  bytes: 20_000,
  blocks: 1,
  markable: true,
  ...rest,
});

const outlineOf = (...ends: readonly PrefixEnd[]): PrefixOutline => ({ ends, hasMarks: false, isText: true });

const usageOf = (usage: Partial<TokenUsage>): TokenUsage => ({
  input: 10,
  cachedInput: 0,
  cacheWrite: 0,
  output: 5,
  reasoning: 0,
  ...usage,
});

const SYSTEM = endOf("system", "s");

/** Sends a request that marks the system's texts, and tells the book what the provider has counted. */
function mark(
  book: PrefixBook,
  at: number,
  [usage, expected]: readonly [usage: TokenUsage | null, expected?: PrefixEnd],
): void {
  const sent: SentPrefix = {
    scope: SCOPE,
    outline: outlineOf(SYSTEM),
    marks: [{ end: SYSTEM, ttl: "5m" }],
    expected: expected ?? null,
    at,
  };
  book.see(SCOPE, sent.outline, at);
  book.sent(sent, () => false);
  book.learn(sent, usage);
}

const reads = (book: PrefixBook, end: PrefixEnd, now: number): number =>
  book.expectedReads(SCOPE, end, { ttl: "5m", now });

describe("expected reads", () => {
  test("are the prior at first: the release's own part is read again, a conversation is not", () => {
    const book = new PrefixBook();
    book.see(SCOPE, outlineOf(SYSTEM, endOf("turn", "t")), 0);
    expect(reads(book, SYSTEM, 0)).toBeGreaterThan(0.5);
    expect(reads(book, endOf("turn", "t"), 0)).toBe(0);
  });

  test("fall where every prompt is another one, after a dozen", () => {
    const book = new PrefixBook();
    for (let call = 0; call < 12; call += 1) book.see(SCOPE, outlineOf(endOf("system", `s${call}`)), call * 1_000);
    expect(reads(book, endOf("system", "s11"), 12_000)).toBeLessThan(0.28);
  });

  test("rise for the one that comes again within its lifetime, and not for one that comes later", () => {
    const book = new PrefixBook();
    for (let call = 0; call < 30; call += 1) book.see(SCOPE, outlineOf(endOf("system", `s${call}`)), call);
    book.see(SCOPE, outlineOf(endOf("system", "s7")), 4 * MINUTE);
    book.see(SCOPE, outlineOf(endOf("system", "s8")), 9 * MINUTE);
    expect(reads(book, endOf("system", "s7"), 9 * MINUTE)).toBeGreaterThan(1);
    expect(reads(book, endOf("system", "s8"), 9 * MINUTE)).toBeLessThan(0.28);
  });

  test("of conversations come from their own growth", () => {
    const book = new PrefixBook();
    const turns = (name: string, count: number): PrefixOutline =>
      outlineOf(...Array.from({ length: count }, (_, turn) => endOf("turn", `${name}${turn}`)));
    for (const name of ["a", "b", "c"]) for (let turn = 1; turn <= 5; turn += 1) book.see(SCOPE, turns(name, turn), 0);
    book.see(SCOPE, turns("d", 1), 0);
    expect(reads(book, endOf("turn", "d0"), 0)).toBeGreaterThan(0.28);
  });

  test("fall when the provider does not find what it was given, and recover with the hours", () => {
    const book = new PrefixBook();
    for (let call = 0; call < 20; call += 1) mark(book, call * 1_000, [usageOf({ cacheWrite: 5_000 }), SYSTEM]);
    const fallen = reads(book, SYSTEM, 20_000);
    expect(reads(book, endOf("system", "other"), 20_000)).toBeLessThan(0.6);
    expect(reads(book, SYSTEM, 20_000 + 24 * 60 * MINUTE)).toBeGreaterThan(fallen);
  });
});

describe("a prefix", () => {
  test("is warm from the provider's word, for its lifetime from the last read", () => {
    const book = new PrefixBook();
    mark(book, 0, [usageOf({ cacheWrite: 5_000 })]);
    expect(book.stateOf(SCOPE, SYSTEM, 4 * MINUTE)).toEqual({ type: "warm", ttl: "5m" });
    mark(book, 4 * MINUTE, [usageOf({ cachedInput: 5_000 }), SYSTEM]);
    expect(book.stateOf(SCOPE, SYSTEM, 8 * MINUTE)).toEqual({ type: "warm", ttl: "5m" });
    expect(book.stateOf(SCOPE, SYSTEM, 10 * MINUTE)).toEqual({ type: "cold" });
  });

  test("is warm at the account that has it and at no other", () => {
    const book = new PrefixBook();
    mark(book, 0, [usageOf({ cacheWrite: 5_000 })]);
    expect(book.stateOf({ ...SCOPE, account: "claude/m#1" }, SYSTEM, 1)).toEqual({ type: "cold" });
  });

  test("is not warm when the provider has kept nothing, or said nothing", () => {
    const book = new PrefixBook();
    mark(book, 0, [usageOf({})]);
    expect(book.stateOf(SCOPE, SYSTEM, 1)).toEqual({ type: "cold" });
    mark(book, 2, [null]);
    expect(book.stateOf(SCOPE, SYSTEM, 3)).toEqual({ type: "cold" });
  });

  test("is being written until the answer begins, and warm from then on", () => {
    const book = new PrefixBook();
    let hasBegun = false;
    const outline = outlineOf(SYSTEM);
    const sent: SentPrefix = { scope: SCOPE, outline, marks: [{ end: SYSTEM, ttl: "5m" }], expected: null, at: 0 };
    book.see(SCOPE, outline, 0);
    book.sent(sent, () => hasBegun);
    expect(book.stateOf(SCOPE, SYSTEM, 1_000)).toEqual({ type: "writing" });
    hasBegun = true;
    expect(book.stateOf(SCOPE, SYSTEM, 2_000)).toEqual({ type: "warm", ttl: "5m" });
  });

  test("that nobody answers is not waited for longer than a minute", () => {
    const book = new PrefixBook();
    const outline = outlineOf(SYSTEM);
    book.see(SCOPE, outline, 0);
    book.sent({ scope: SCOPE, outline, marks: [{ end: SYSTEM, ttl: "5m" }], expected: null, at: 0 }, () => false);
    expect(book.stateOf(SCOPE, SYSTEM, 61_000)).toEqual({ type: "cold" });
  });
});

test("tokens are told from bytes, a little low, once a model has counted some", () => {
  const book = new PrefixBook();
  expect(book.tokensTo(SCOPE, { bytes: 10_000 })).toBe(2_000);
  mark(book, 0, [usageOf({ input: 1_000, cacheWrite: 9_000 })]);
  expect(book.tokensTo(SCOPE, { bytes: 10_000 })).toBe(4_500);
});

test("what is remembered is bounded: the prefix that was not seen for longest goes", () => {
  const book = new PrefixBook();
  mark(book, 0, [usageOf({ cacheWrite: 5_000 })]);
  for (let call = 0; call < 20_000; call += 1) book.see(SCOPE, outlineOf(endOf("system", `s${call}`)), 1);
  expect(book.stateOf(SCOPE, SYSTEM, 2)).toEqual({ type: "cold" });
});
