import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chooseMarks, MOST_MARKS } from "./choose-marks.ts";
import type { MarkTerms, PrefixState } from "./choose-marks.ts";
import type { PrefixEnd, PrefixLayer, PrefixOutline } from "./prefix-outline.ts";

const endOf = (layer: PrefixLayer, position: number, rest: Partial<PrefixEnd> = {}): PrefixEnd => ({
  layer,
  index: layer === "turn" || layer === "own" ? position : 0,
  digest: `${layer} ${position}`,
  bytes: (position + 1) * 10_000,
  blocks: position,
  markable: true,
  ...rest,
});

const outlineOf = (...ends: readonly PrefixEnd[]): PrefixOutline => ({ ends, hasMarks: false, isText: true });

const COLD: PrefixState = { type: "cold" };

const termsOf = (rest: Partial<MarkTerms>): MarkTerms => ({
  leastTokens: 1_000,
  tokensTo: ({ bytes }) => bytes / 5,
  stateOf: () => COLD,
  pays: () => true,
  ttl: "5m",
  ...rest,
});

const placesOf = (outline: PrefixOutline, terms: MarkTerms): readonly string[] =>
  chooseMarks(outline, terms).map(({ end, ttl }) => `${end.digest} ${ttl}`);

const CHAT = outlineOf(endOf("tools", 0), endOf("system", 1), endOf("turn", 2), endOf("turn", 3), endOf("turn", 4));

test("tools, system and the last turn are marked where they pay", () => {
  expect(placesOf(CHAT, termsOf({}))).toEqual(["tools 0 5m", "system 1 5m", "turn 4 5m"]);
  expect(placesOf(CHAT, termsOf({ pays: ({ layer }) => layer === "system" }))).toEqual(["system 1 5m"]);
});

test("what the provider has already is marked, whether or not it would pay to write it", () => {
  const stateOf = ({ layer }: PrefixEnd): PrefixState => (layer === "system" ? { type: "warm", ttl: "5m" } : COLD);
  expect(placesOf(CHAT, termsOf({ stateOf, pays: () => false }))).toEqual(["system 1 5m"]);
});

test("nothing that another call is writing is written, nor what is longer", () => {
  const stateOf = ({ layer }: PrefixEnd): PrefixState => (layer === "system" ? { type: "writing" } : COLD);
  expect(placesOf(CHAT, termsOf({ stateOf }))).toEqual(["tools 0 5m"]);
});

test("an hour where that pays, then five minutes, and never an hour after five minutes", () => {
  const terms = termsOf({ ttl: "1h", pays: ({ layer }, ttl) => ttl === "5m" || layer !== "system" });
  expect(placesOf(CHAT, terms)).toEqual(["tools 0 1h", "system 1 5m", "turn 4 5m"]);
});

test("a conversation that has grown by more than is looked back is also marked where it ended before", () => {
  const grown = outlineOf(endOf("system", 0), endOf("turn", 2), endOf("turn", 10), endOf("turn", 30));
  const stateOf = ({ digest }: PrefixEnd): PrefixState => (digest === "turn 10" ? { type: "warm", ttl: "5m" } : COLD);
  expect(placesOf(grown, termsOf({ stateOf }))).toEqual(["system 0 5m", "turn 10 5m", "turn 30 5m"]);
  const near = outlineOf(endOf("turn", 10), endOf("turn", 12));
  expect(placesOf(near, termsOf({ stateOf }))).toEqual(["turn 12 5m"]);
});

test("a conversation whose new turns do not pay is read as far as it was written", () => {
  const stateOf = ({ digest }: PrefixEnd): PrefixState => (digest === "turn 3" ? { type: "warm", ttl: "5m" } : COLD);
  expect(placesOf(CHAT, termsOf({ stateOf, pays: () => false }))).toEqual(["turn 3 5m"]);
});

test("a client that has set marks keeps its layout", () => {
  expect(chooseMarks({ ...CHAT, hasMarks: true }, termsOf({}))).toEqual([]);
});

const state = fc.constantFrom<PrefixState>(
  COLD,
  { type: "writing" },
  { type: "warm", ttl: "5m" },
  { type: "warm", ttl: "1h" },
);
const layers: readonly PrefixLayer[] = ["tools", "system", "own", "turn"];
const ends = fc
  .array(fc.record({ layer: fc.nat(3), bytes: fc.nat(20_000), blocks: fc.nat(12), markable: fc.boolean(), state }), {
    maxLength: 40,
  })
  .map((drawn) => {
    let [bytes, blocks] = [0, 0];
    return drawn
      .toSorted((one, other) => one.layer - other.layer)
      .map(({ layer, state: own, ...each }, index) => {
        bytes += each.bytes;
        blocks += each.blocks;
        const end = {
          layer: layers[layer] ?? "turn",
          index,
          digest: String(index),
          bytes,
          blocks,
          markable: each.markable,
        };
        return { end, state: own };
      });
  });

test("at most four marks, none below the least, hours first, each once and in order", () => {
  fc.assert(
    fc.property(ends, fc.constantFrom("5m", "1h"), fc.func(fc.boolean()), (drawn, ttl, pays) => {
      const states = new Map(drawn.map((each) => [each.end.digest, each.state]));
      const terms = termsOf({
        ttl,
        pays: (end, each) => pays(end.digest, each),
        stateOf: ({ digest }) => states.get(digest) ?? COLD,
      });
      const marks = chooseMarks(outlineOf(...drawn.map(({ end }) => end)), terms);
      expect(marks.length).toBeLessThanOrEqual(MOST_MARKS);
      for (const { end } of marks)
        expect([end.markable, terms.tokensTo(end) >= terms.leastTokens]).toEqual([true, true]);
      const places = marks.map(({ end }) => end.index);
      expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
      const lifetimes = marks.map((mark) => mark.ttl);
      expect(lifetimes).toEqual(lifetimes.toSorted());
      for (const mark of marks) {
        const isCold = terms.stateOf(mark.end).type === "cold";
        if (isCold) expect(terms.pays(mark.end, mark.ttl)).toBe(true);
      }
    }),
  );
});
