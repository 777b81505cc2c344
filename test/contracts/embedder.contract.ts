import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RollwardError } from "../../src/domain/errors.ts";
import { MOST_EMBEDDED, MOST_TEXTS } from "../../src/ports/embedder.ts";
import type { Embedder } from "../../src/ports/embedder.ts";
import type { HandClock } from "../fixtures/hand-clock.ts";

/** One embedder under test. */
export interface EmbedderSubject {
  readonly embedder: Embedder;
  /** The embedder's own. */
  readonly clock: HandClock;
  readonly close: () => Promise<void>;
}

const DEADLINE_MS = 30_000;

const NONE = new Float32Array();

const dot = (one: Float32Array | undefined, other: Float32Array | undefined): number =>
  (one ?? NONE).reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0);

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: RollwardError) => error.code,
  );

/** What every embedder does. */
export function embedderContract(open: () => Promise<EmbedderSubject>): void {
  let subject: EmbedderSubject;

  beforeAll(async () => {
    subject = await open();
  });

  afterAll(() => subject.close());

  makesVectors(() => subject);
  keepsLimits(() => subject);

  test("a closed one refuses, and may be closed twice", async () => {
    const { embedder, close } = await open();
    await embedder.close();
    await embedder.close();
    expect(await codeOf(embedder.embed(["x"], DEADLINE_MS))).toBe("provider_unreachable");
    await close();
  });
}

function makesVectors(subjectOf: () => EmbedderSubject): void {
  const embed = (texts: readonly string[]): Promise<readonly Float32Array[]> =>
    subjectOf().embedder.embed(texts, DEADLINE_MS);

  describe("vectors", () => {
    test("have length 1 and the dimension that the embedder's id names, one for each text", async () => {
      const { dimension, id } = subjectOf().embedder;
      const vectors = await embed(["How do I top up?", "Where is my card?", "How do I top up?"]);
      expect(vectors.map(({ length }) => length)).toEqual([dimension, dimension, dimension]);
      for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5);
      expect(dot(vectors[0], vectors[2])).toBeCloseTo(1, 5);
      expect(dot(vectors[0], vectors[1])).toBeLessThan(0.999);
      expect(id.endsWith(`/${dimension}`)).toBe(true);
    });

    test("are the same alone and in company, whoever else asks at the time", async () => {
      const texts = ["first question", "a second one", "and a third"];
      const [together, ...alone] = await Promise.all([embed(texts), ...texts.map((text) => embed([text]))]);
      for (const [at, vectors] of alone.entries()) expect(dot(vectors[0], together[at])).toBeCloseTo(1, 4);
    });

    test("are there for any text at all", async () => {
      const odd = ["", " ", "\u0000", "\ud800", "‮abc", "👩‍👩‍👧", "نص", "漢字", "\n\t", "a".repeat(5_000)];
      const random = fc.sample(fc.string({ unit: "binary", maxLength: 60 }), { numRuns: 20, seed: 7 });
      const vectors = await embed([...odd, ...random]);
      for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 4);
    });

    test("see no more of a text than its beginning", async () => {
      const long = "how do I pay a bill ".repeat(200).slice(0, MOST_EMBEDDED);
      const [one, other] = await embed([`${long} with a card`, `${long} in Japan`]);
      expect(dot(one, other)).toBeCloseTo(1, 5);
    });
  });
}

function keepsLimits(subjectOf: () => EmbedderSubject): void {
  const embed = (texts: readonly string[]): Promise<readonly Float32Array[]> =>
    subjectOf().embedder.embed(texts, DEADLINE_MS);

  describe("limits", () => {
    test("no text needs no vector, and more texts than it takes are refused", async () => {
      expect(await embed([])).toEqual([]);
      expect(await codeOf(embed(Array.from({ length: MOST_TEXTS + 1 }, () => "x")))).toBe("provider_unreachable");
    });

    test("a deadline ends the wait, and the next call is served", async () => {
      const late = codeOf(subjectOf().embedder.embed(["too late"], 50));
      subjectOf().clock.advance(60);
      expect(await late).toBe("provider_timeout");
      expect(await embed(["in time"])).toHaveLength(1);
      expect(subjectOf().clock.pending).toBe(0);
    });
  });
}
