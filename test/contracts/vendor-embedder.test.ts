import { describe, expect, onTestFinished, test } from "vitest";
import { createProviderEmbedder, makesVectors } from "../../src/adapters/embedders/provider-embedder.ts";
import type { ProviderEmbedderTerms } from "../../src/adapters/embedders/provider-embedder.ts";
import type { RollwardError } from "../../src/domain/errors.ts";
import { createEmbedders } from "../../src/main/create-embedders.ts";
import { EMBEDDING_PROVIDERS } from "../fixtures/embedding-providers.ts";
import { OWN_SIZE, startEmbeddingVendors, tokensOf } from "../fixtures/embedding-vendors.ts";
import { eventually } from "../fixtures/eventually.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { embedderContract } from "./embedder.contract.ts";

const DEADLINE_MS = 30_000;
const FREE = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };
const MODEL = "gemini-embedding-001";

const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: RollwardError) => `${error.code}: ${String(error.details["reason"] ?? error.details["phase"] ?? "")}`,
  );

const openVendor = async (terms: Partial<ProviderEmbedderTerms> = {}) => {
  const clock = new HandClock();
  const vendors = await startEmbeddingVendors();
  const provider = await EMBEDDING_PROVIDERS.gemini(vendors.origin, 64 * 1024 * 1024);
  if (!makesVectors(provider)) throw new Error("It makes no vectors.");
  const embedder = createProviderEmbedder({ provider, model: MODEL, dimension: OWN_SIZE, clock, ...terms });
  const close = async (): Promise<void> => {
    await embedder.close();
    await provider.close();
    await vendors.close();
  };
  return { embedder, clock, vendors, close };
};

const opened = async (terms: Partial<ProviderEmbedderTerms> = {}) => {
  const one = await openVendor(terms);
  onTestFinished(() => one.close());
  return one;
};

describe("the embedder of a vendor with a wire of its own", () => {
  embedderContract(() => openVendor());

  test("says what was used, and asks for a size where it is told to", async () => {
    const used: number[] = [];
    const { embedder, vendors } = await opened({
      dimension: 24,
      asksDimension: true,
      onTokens: (tokens) => used.push(tokens),
    });
    await embedder.embed(["one", "two"], DEADLINE_MS);
    expect(embedder.id).toBe("vendor/gemini-embedding-001/24");
    expect(used).toEqual([tokensOf("onetwo")]);
    expect(JSON.stringify(vendors.asked[0]?.body)).toContain('"outputDimensionality":24');
  });

  test("takes no vectors of another size than is configured, nor any without a direction", async () => {
    const { embedder, vendors } = await opened();
    const reply = (values: readonly number[]): void =>
      vendors.replyWith(() => ({ status: 200, body: JSON.stringify({ embeddings: [{ values }] }) }));
    reply([1, 2]);
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toBe(
      "provider_bad_answer: its vectors have 2 dimensions and not the 4 that are configured",
    );
    reply([0, 0, 0, 0]);
    expect(await refusal(embedder.embed(["x"], DEADLINE_MS))).toBe(
      "provider_bad_answer: an embedding is missing or has no direction",
    );
  });

  test("gives a vendor up that is silent beyond the deadline", async () => {
    const { embedder, vendors, clock } = await opened();
    vendors.replyWith(() => null);
    const hanging = refusal(embedder.embed(["x"], 1_000));
    await eventually(() => expect(vendors.asked).toHaveLength(1));
    clock.advance(1_000);
    expect(await hanging).toBe("provider_timeout: embedding");
    await eventually(() => expect(vendors.left()).toBe(1));
  });
});

test("a configured vendor is an embedder, and one that makes no vectors is none", async () => {
  const vendors = await startEmbeddingVendors();
  const gemini = { ...(await EMBEDDING_PROVIDERS.gemini(vendors.origin, 1_000_000)), prices: new Map([[MODEL, FREE]]) };
  const { embed: _, ...silent } = gemini;
  const embedders = createEmbedders(new HandClock());
  onTestFinished(async () => {
    await embedders.close();
    await gemini.close();
    await vendors.close();
  });
  const providers = new Map([
    ["gemini", gemini],
    ["silent", silent],
  ]);
  const of = (provider: string) =>
    embedders.of({ embedder: { provider, model: MODEL }, dimension: OWN_SIZE }, providers);
  expect(of("gemini")?.id).toBe("vendor/gemini-embedding-001/4");
  expect(of("silent")).toBeNull();
});
