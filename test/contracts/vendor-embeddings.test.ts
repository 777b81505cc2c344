import { describe, expect, test } from "vitest";
import type { EmbeddingRequest, Vectors } from "../../src/domain/call/embedding.ts";
import type { RollwardError } from "../../src/domain/errors.ts";
import type { Flow } from "../../src/ports/provider.ts";
import { closedAfterEach } from "../fixtures/closed-after-each.ts";
import { EMBEDDING_PROVIDERS } from "../fixtures/embedding-providers.ts";
import type { EmbeddingProviderName } from "../fixtures/embedding-providers.ts";
import { startEmbeddingVendors, tokensOf, VENDOR_KEY, vectorOf } from "../fixtures/embedding-vendors.ts";
import type { EmbeddingVendors } from "../fixtures/embedding-vendors.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createRudeServer } from "../fixtures/rude-server.ts";

const closed = closedAfterEach();

interface Made {
  readonly vectors: Vectors | null;
  readonly error: RollwardError | null;
  /** As each part told them. */
  readonly tokens: readonly (number | null)[];
}

interface Asking {
  readonly flow: Flow;
  /** Bytes of the texts of each request, as they were told. */
  readonly sent: readonly number[];
  readonly made: Promise<Made>;
}

interface Stage {
  readonly vendors: EmbeddingVendors;
  readonly ask: (set?: Partial<EmbeddingRequest>) => Asking;
}

/** A provider of the vendor before a server that speaks its wire. */
async function stageOf(name: EmbeddingProviderName, model: string, answerBytes = 1_000_000): Promise<Stage> {
  const vendors = closed(await startEmbeddingVendors());
  const provider = closed(await EMBEDDING_PROVIDERS[name](vendors.origin, answerBytes));
  return {
    vendors,
    ask(set = {}) {
      const request = { texts: ["one"], dimensions: null, purpose: null, user: null, ...set };
      const done = Promise.withResolvers<Made>();
      const tokens: (number | null)[] = [];
      const sent: number[] = [];
      const flow = provider.embed?.(
        { callId: "c-1", model, request, connectMs: 5_000, key: provider.keys === 2 ? 1 : 0 },
        {
          sent: (bytes) => void sent.push(bytes),
          part: (count) => void tokens.push(count),
          end: (vectors) => done.resolve({ vectors, error: null, tokens }),
          fail: (error) => done.resolve({ vectors: null, error, tokens }),
        },
      );
      if (flow === undefined) throw new Error("It makes no vectors.");
      return { flow, sent, made: done.promise };
    },
  };
}

/** Path and body of the last request, as a golden file holds them. */
function lastOf({ asked }: EmbeddingVendors): string {
  const { path, body } = asked.at(-1) ?? {};
  return `${JSON.stringify({ path, body }, null, 2)}\n`;
}

/** What this vendor is sent; `npx vitest -u` writes it anew. */
const goldenFile = (about: string, ...names: readonly string[]): string =>
  `../golden/embeddings/${[...names, about].join(" ").replaceAll(/[^a-z0-9]+/g, "-")}.txt`;

const CASES: readonly (readonly [vendor: EmbeddingProviderName, model: string, mostTexts: number])[] = [
  ["gemini", "gemini-embedding-001", 100],
  ["cohere", "embed-v4.0", 96],
  ["vertex", "text-embedding-005", 250],
  ["vertex", "gemini-embedding-001", 1],
  ["vertex", "gemini-embedding-2", 1],
  ["bedrock", "amazon.titan-embed-text-v2:0", 1],
  ["bedrock", "us.cohere.embed-v4:0", 96],
  ["bedrock", "cohere.embed-english-v3", 96],
  ["bedrock, signed", "amazon.nova-2-multimodal-embeddings-v1:0", 1],
];

describe.each(CASES)("vectors of %s with %s", (name, model, mostTexts) => {
  test("come for one text as the vendor made them, with its tokens", async () => {
    const { vendors, ask } = await stageOf(name, model);
    const { vectors, error, tokens } = await ask({ texts: ["How do I top up?"] }).made;
    expect(error).toBeNull();
    expect(vectors).toEqual([vectorOf("How do I top up?")]);
    expect(tokens).toEqual([16]);
    await expect(lastOf(vendors)).toMatchFileSnapshot(goldenFile("one text", name, model));
  });

  test("come in order for more texts than one request holds, a few requests at a time", async () => {
    const { vendors, ask } = await stageOf(name, model);
    const texts = Array.from({ length: mostTexts * 6 + 1 }, (_, at) => `text ${at}`);
    const { vectors, tokens } = await ask({ texts }).made;
    expect(vectors).toEqual(texts.map((text) => vectorOf(text)));
    expect(vendors.asked).toHaveLength(7);
    expect(vendors.mostAtOnce).toBeLessThanOrEqual(4);
    const sum = texts.reduce((all, text) => all + tokensOf(text), 0);
    expect(tokens.reduce<number>((all, one) => all + (one ?? 0), 0)).toBe(sum);
  });

  test.each([
    [429, "provider_rate_limited"],
    [400, "provider_refused_request"],
    [403, "provider_credentials"],
    [503, "provider_error"],
  ])("end with the vendor's error %i, without our key in it", async (status, code) => {
    const { vendors, ask } = await stageOf(name, model);
    vendors.replyWith(() => ({
      status,
      body: JSON.stringify({ error: { message: `No: ${VENDOR_KEY}` }, message: `No: ${VENDOR_KEY}` }),
      headers: { "retry-after": "7" },
    }));
    const { error } = await ask({ texts: Array.from({ length: mostTexts * 9 }, () => "text") }).made;
    expect(error).toMatchObject({ code, details: { status } });
    expect(JSON.stringify(error?.details)).not.toContain(VENDOR_KEY);
    // The rest is not even asked.
    expect(vendors.asked.length).toBeLessThanOrEqual(4);
  });

  test.each(["{}", '{"embeddings":[],"predictions":[]}', "<html>", '{"embedding":{"values":["x"]}}'])(
    "are refused where the answer is %s",
    async (body) => {
      const { vendors, ask } = await stageOf(name, model);
      vendors.replyWith(() => ({ status: 200, body }));
      expect((await ask().made).error).toMatchObject({ code: "provider_bad_answer" });
    },
  );

  test("are given up at once when the caller leaves", async () => {
    const { vendors, ask } = await stageOf(name, model);
    vendors.replyWith(() => null);
    const { flow } = ask({ texts: Array.from({ length: mostTexts * 2 }, (_, at) => `text ${at}`) });
    await eventually(() => expect(vendors.asked).toHaveLength(2));
    flow.abort();
    await eventually(() => expect(vendors.left()).toBe(2));
  });

  test("are refused beyond the bytes that answers may have together", async () => {
    const { ask } = await stageOf(name, model, 400);
    const texts = Array.from({ length: mostTexts * 8 }, (_, at) => `text ${at}`);
    expect((await ask({ texts }).made).error).toMatchObject({ code: "answer_too_large" });
  });
});

interface Refused {
  readonly name: EmbeddingProviderName;
  readonly model: string;
  readonly set: Partial<EmbeddingRequest>;
  readonly field: string;
}

describe("what a model has no place for is refused by name, and nothing is sent", () => {
  test.each<Refused>([
    { name: "gemini", model: "gemini-embedding-2", set: { purpose: "search_query" }, field: "input_type" },
    { name: "vertex", model: "gemini-embedding-2", set: { purpose: "search_query" }, field: "input_type" },
    { name: "cohere", model: "embed-english-v3.0", set: { dimensions: 256 }, field: "dimensions" },
    { name: "bedrock", model: "cohere.embed-english-v3", set: { dimensions: 256 }, field: "dimensions" },
    { name: "bedrock", model: "amazon.titan-embed-text-v1", set: { dimensions: 256 }, field: "dimensions" },
    { name: "bedrock", model: "amazon.titan-embed-text-v2:0", set: { purpose: "clustering" }, field: "input_type" },
  ])("$field to $name with $model", async ({ name, model, set, field }) => {
    const { vendors, ask } = await stageOf(name, model);
    expect((await ask(set).made).error).toMatchObject({ code: "untranslatable", details: { field, param: field } });
    expect(vendors.asked).toHaveLength(0);
  });

  test("a model that makes no vectors", async () => {
    const { vendors, ask } = await stageOf("bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0");
    expect((await ask().made).error).toMatchObject({ code: "operation_not_offered" });
    expect(vendors.asked).toHaveLength(0);
  });
});

describe("a size and a purpose", () => {
  test.each<[EmbeddingProviderName, string, Partial<EmbeddingRequest>]>([
    ["gemini", "gemini-embedding-001", { purpose: "search_document" }],
    ["cohere", "embed-v4.0", { purpose: "clustering" }],
    ["vertex", "text-embedding-005", { purpose: "classification" }],
    ["vertex", "gemini-embedding-2", {}],
    ["bedrock", "amazon.titan-embed-text-v2:0", {}],
    ["bedrock", "us.cohere.embed-v4:0", { purpose: "search_document" }],
    ["bedrock", "amazon.nova-2-multimodal-embeddings-v1:0", { purpose: "search_query" }],
  ])("reach %s with %s", async (name, model, set) => {
    const { vendors, ask } = await stageOf(name, model);
    const { vectors, error } = await ask({ ...set, dimensions: 256 }).made;
    expect(error).toBeNull();
    expect(vectors?.[0]).toEqual(vectorOf("one", 256));
    await expect(lastOf(vendors)).toMatchFileSnapshot(goldenFile("size and purpose", name, model));
  });

  test("vectors of another size than was asked for are none", async () => {
    const { vendors, ask } = await stageOf("cohere", "embed-v4.0");
    vendors.replyWith(() => ({ status: 200, body: '{"embeddings":{"float":[[1,2,3]]}}' }));
    const { error } = await ask({ dimensions: 256 }).made;
    expect(error?.details["reason"]).toBe("its vectors have 3 dimensions and not the 256 that were asked for");
  });
});

test("what was sent is told, and nothing of what still waits", async () => {
  const { vendors, ask } = await stageOf("bedrock", "amazon.titan-embed-text-v2:0");
  vendors.replyWith(() => null);
  const { flow, sent } = ask({ texts: ["é", "two", "four", "fifth", "sixth", "seven"] });
  await eventually(() => expect(vendors.asked).toHaveLength(4));
  flow.abort();
  expect(sent).toEqual([2, 3, 4, 5]);
});

test("what still waits for a connection is not told as sent", async () => {
  const mute = closed(await createRudeServer(() => {}));
  const provider = closed(await EMBEDDING_PROVIDERS.gemini(`https://127.0.0.1:${mute.port}`, 1_000));
  const request = { texts: ["one"], dimensions: null, purpose: null, user: null };
  const sent: number[] = [];
  const sink = { sent: (bytes: number) => void sent.push(bytes), part() {}, end() {}, fail() {} };
  const asked = { callId: "c-1", model: "gemini-embedding-001", request, connectMs: 60_000 };
  const flow = provider.embed?.(asked, sink);
  await eventually(() => expect(mute.open()).toBe(1));
  flow?.abort();
  expect(sent).toEqual([]);
});

test("Gemini without a count of tokens says so", async () => {
  const { vendors, ask } = await stageOf("gemini", "gemini-embedding-001");
  vendors.replyWith(() => ({ status: 200, body: '{"embeddings":[{"values":[0.5,1]}]}' }));
  expect(await ask().made).toEqual({ vectors: [[0.5, 1]], error: null, tokens: [null] });
});

test("Vertex trades anew for a token that is refused before it ends", async () => {
  const { vendors, ask } = await stageOf("vertex", "text-embedding-005");
  expect((await ask().made).error).toBeNull();
  vendors.replyWith(() => ({ status: 401, body: "{}" }));
  expect((await ask().made).error).toMatchObject({ code: "provider_credentials" });
  expect(vendors.tokensGiven()).toBe(1);
  vendors.replyWith(undefined);
  expect((await ask().made).error).toBeNull();
  expect(vendors.tokensGiven()).toBe(2);
});

test("each vendor is shown its own credentials and no others", async () => {
  const shown: Record<string, unknown> = {};
  for (const [name, model] of CASES) {
    const { vendors, ask } = await stageOf(name, model);
    await ask().made;
    const { authorization = "", "x-goog-api-key": key } = vendors.asked[0]?.headers ?? {};
    shown[name] = key ?? String(authorization).split(", Signature=")[0];
  }
  expect(shown).toEqual({
    gemini: VENDOR_KEY,
    cohere: `Bearer ${VENDOR_KEY}`,
    vertex: `Bearer ${VENDOR_KEY}`,
    bedrock: `Bearer ${VENDOR_KEY}`,
    "bedrock, signed": expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date$/,
    ) as string,
  });
});
