import { describe, expect, onTestFinished, test } from "vitest";
import { createLocalEmbedder } from "../../src/adapters/embedders/local-embedder.ts";
import { createProviderEmbedder } from "../../src/adapters/embedders/provider-embedder.ts";
import type { ProviderEmbedderTerms } from "../../src/adapters/embedders/provider-embedder.ts";
import { createOpenAiCompatible } from "../../src/adapters/providers/openai-compatible/openai-compatible.ts";
import type { RollwardError } from "../../src/domain/errors.ts";
import { startEmbeddingsServer, usualAnswer } from "../fixtures/embeddings-server.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { embedderContract } from "./embedder.contract.ts";

const DEADLINE_MS = 30_000;

/** The code and the reason of what a promise rejects with. */
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: RollwardError) => `${error.code}: ${String(error.details["reason"] ?? error.details["phase"] ?? "")}`,
  );

describe("the local embedder", () => {
  const openLocal = (terms: { readonly worker?: URL; readonly queue?: number } = {}) => {
    const clock = new HandClock();
    const embedder = createLocalEmbedder({ clock, ...terms });
    return { embedder, clock, close: () => embedder.close() };
  };

  embedderContract(() => Promise.resolve(openLocal()));

  test("needs no network, and finds a paraphrase nearer than another matter", async () => {
    const { embedder, close } = openLocal({
      worker: new URL("../fixtures/offline-embedder-worker.ts", import.meta.url),
    });
    const texts = [
      "How do I reset my password?",
      "I forgot my password, how can I reset it?",
      "What is the exchange rate of the yen?",
    ];
    const [asked, alike, other] = await embedder.embed(texts, DEADLINE_MS);
    const cosine = (vector: Float32Array | undefined): number =>
      (asked ?? new Float32Array()).reduce((sum, value, at) => sum + value * (vector?.[at] ?? 0), 0);
    expect(cosine(alike)).toBeGreaterThan(cosine(other) + 0.2);
    await close();
  });

  describe("with a thread that fails", () => {
    const openFaulty = (queue?: number) => {
      const worker = new URL("../fixtures/faulty-embedder-worker.ts", import.meta.url);
      const opened = openLocal({ worker, ...(queue !== undefined && { queue }) });
      onTestFinished(() => opened.close());
      return opened;
    };

    test.each(["die", "throw"])(
      "one that does %s rejects all that wait, and after a pause another one serves",
      async (fault) => {
        const { embedder, clock } = openFaulty();
        const lost = await Promise.all([
          refusal(embedder.embed([fault], DEADLINE_MS)),
          refusal(embedder.embed(["x"], DEADLINE_MS)),
        ]);
        for (const each of lost) expect(each).toMatch(/^provider_unreachable: /);
        expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toBe(
          "provider_unreachable: its thread has just failed",
        );
        clock.advance(500);
        expect(await embedder.embed(["x"], DEADLINE_MS)).toHaveLength(1);
        expect(clock.pending).toBe(0);
      },
    );

    test("the pause grows with each failure and is forgotten after a success", async () => {
      const { embedder, clock } = openFaulty();
      await refusal(embedder.embed(["die"], DEADLINE_MS));
      clock.advance(500);
      await refusal(embedder.embed(["die"], DEADLINE_MS));
      clock.advance(600);
      expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toMatch(/just failed/);
      clock.advance(400);
      expect(await embedder.embed(["x"], DEADLINE_MS)).toHaveLength(1);
    });

    test("one that hangs is given up, and its callers have had their deadlines before", async () => {
      const { embedder, clock } = openFaulty();
      const [hanging, behind] = [embedder.embed(["hang"], 1_000), embedder.embed(["x"], 90_000)].map(refusal);
      clock.advance(1_000);
      expect(await hanging).toBe("provider_timeout: embedding");
      clock.advance(59_000);
      expect(await behind).toBe("provider_unreachable: its thread hangs");
      clock.advance(500);
      expect(await embedder.embed(["x"], DEADLINE_MS)).toHaveLength(1);
    });

    test("what it cannot embed it says, and goes on", async () => {
      const { embedder } = openFaulty();
      expect(await refusal(embedder.embed(["fail"], DEADLINE_MS))).toBe("provider_bad_answer: the model has failed");
      for (const text of ["zero", "short"]) {
        expect(await refusal(embedder.embed([text], DEADLINE_MS))).toBe(
          "provider_bad_answer: a vector without a direction",
        );
      }
      expect(await embedder.embed(["x"], DEADLINE_MS)).toHaveLength(1);
    });

    test("no more texts wait than there is room for, and lapsed ones leave room", async () => {
      const { embedder, clock } = openFaulty(4);
      const first = refusal(embedder.embed(["hang"], 60_000));
      const waiting = refusal(embedder.embed(["a", "b", "c"], 1_000));
      expect(await refusal(embedder.embed(["d", "e"], 1_000))).toBe(
        "provider_unreachable: too many texts wait already",
      );
      clock.advance(1_000);
      expect(await waiting).toBe("provider_timeout: embedding");
      const later = refusal(embedder.embed(["d", "e"], 60_000));
      await embedder.close();
      expect(await Promise.all([first, later])).toEqual([
        "provider_unreachable: it is closed",
        "provider_unreachable: it is closed",
      ]);
    });
  });
});

describe("the embedder of a provider", () => {
  const DIMENSION = 24;

  const openProvider = async (terms: Partial<ProviderEmbedderTerms> = {}) => {
    const clock = new HandClock();
    const server = await startEmbeddingsServer(DIMENSION);
    const provider = createOpenAiCompatible({
      name: "acme",
      baseUrl: server.baseUrl,
      apiKey: "sk-test",
      headers: {},
      prices: new Map(),
      answerBytes: 64 * 1024 * 1024,
      allowPrivate: true,
    });
    const embedder = createProviderEmbedder({ provider, model: "embed-1", dimension: DIMENSION, clock, ...terms });
    const close = async (): Promise<void> => {
      await embedder.close();
      await provider.close();
      await server.close();
    };
    return { embedder, clock, server, close };
  };

  const opened = async (terms: Partial<ProviderEmbedderTerms> = {}) => {
    const one = await openProvider(terms);
    onTestFinished(() => one.close());
    return one;
  };

  embedderContract(openProvider);

  test("asks as OpenAI's interface is written, and says what was used", async () => {
    const used: number[] = [];
    const { embedder, server } = await opened({ asksDimension: true, onTokens: (tokens) => used.push(tokens) });
    await embedder.embed(["one", "two"], DEADLINE_MS);
    expect(embedder.id).toBe("acme/embed-1/24");
    expect(server.asked).toEqual([
      { model: "embed-1", input: ["one", "two"], encoding_format: "float", dimensions: 24 },
    ]);
    expect(used).toEqual([6]);
  });

  test("takes vectors in base64 as well", async () => {
    const { embedder, server } = await opened();
    const floats = Float32Array.from({ length: DIMENSION }, (_, at) => at - 3);
    const embedding = Buffer.from(floats.buffer).toString("base64");
    server.answerWith(() => ({ status: 200, body: JSON.stringify({ data: [{ index: 0, embedding }] }) }));
    const [vector] = await embedder.embed(["x"], DEADLINE_MS);
    expect((vector?.[4] ?? 0) / (vector?.[0] ?? 1)).toBeCloseTo(-1 / 3, 5);
  });

  const numbers = Array.from({ length: DIMENSION }, () => 0.5);

  test.each([
    ["no JSON", "<html>", "it does not hold 1 embeddings"],
    ["no data", "{}", "it does not hold 1 embeddings"],
    [
      "too many",
      JSON.stringify({ data: [{ embedding: numbers }, { embedding: numbers }] }),
      "it does not hold 1 embeddings",
    ],
    [
      "another dimension",
      JSON.stringify({ data: [{ index: 0, embedding: [1, 2] }] }),
      "its vectors have 2 dimensions and not the 24 that are configured",
    ],
    [
      "words",
      JSON.stringify({ data: [{ index: 0, embedding: numbers.map(String) }] }),
      "an embedding is neither numbers nor base64",
    ],
    [
      "another index",
      JSON.stringify({ data: [{ index: 7, embedding: numbers }] }),
      "an embedding is missing or has no direction",
    ],
    [
      "zeros",
      JSON.stringify({ data: [{ index: 0, embedding: numbers.map(() => 0) }] }),
      "an embedding is missing or has no direction",
    ],
  ])("an answer with %s is refused", async (_, body, reason) => {
    const { embedder, server } = await opened();
    server.answerWith(() => ({ status: 200, body }));
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toBe(`provider_bad_answer: ${reason}`);
  });

  test("an error of the provider is an error of the table", async () => {
    const { embedder, server } = await opened();
    server.answerWith(() => ({ status: 429, body: '{"error":{"message":"slow down"}}' }));
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toMatch(/^provider_rate_limited/);
    server.answerWith(() => ({ status: 401, body: "{}" }));
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toMatch(/^provider_credentials/);
  });

  test("an answer without end is cut off", async () => {
    const { embedder, server } = await opened();
    server.answerWith(() => ({ status: 200, body: " ".repeat(9 * 1024 * 1024) }));
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toMatch(/^answer_too_large/);
  });

  test("no more calls are under way than it may have, and one that is closed lets go of all", async () => {
    const { embedder, server } = await opened({ atOnce: 2 });
    server.answerWith(() => null);
    const hanging = [embedder.embed(["a"], 60_000), embedder.embed(["b"], 60_000)].map(refusal);
    expect(await refusal(embedder.embed(["c"], 60_000))).toBe(
      "provider_unreachable: too many texts are under way already",
    );
    await embedder.close();
    expect(await Promise.all(hanging)).toEqual([
      "provider_unreachable: it is closed",
      "provider_unreachable: it is closed",
    ]);
    server.answerWith((asked) => usualAnswer(asked, DIMENSION));
  });
});
