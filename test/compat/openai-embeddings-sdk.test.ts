import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { accountAt } from "../fixtures/embedding-providers.ts";
import { startEmbeddingVendors, tokensOf, VENDOR_KEY, vectorOf } from "../fixtures/embedding-vendors.ts";
import type { EmbeddingVendors } from "../fixtures/embedding-vendors.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

let vendors: EmbeddingVendors;
let server: RunningServer;
let client: OpenAI;

const PRICE = "{ price: { input: 2, output: 0 } }";

const projectAt = (origin: string): string => `environment: production
providers:
  gemini:
    kind: gemini
    base_url: ${origin}/v1beta
    allow_private: true
    key_env: VENDOR_KEY
    models: { gemini-embedding-001: ${PRICE} }
  vertex:
    kind: vertex
    project: a-project
    location: global
    base_url: ${origin}/v1
    allow_private: true
    credentials_env: ACCOUNT
    models: { text-embedding-005: ${PRICE} }
  cohere:
    kind: cohere
    base_url: ${origin}/v2
    allow_private: true
    key_env: VENDOR_KEY
    models: { embed-v4.0: ${PRICE} }
  bedrock:
    kind: bedrock
    region: eu-central-1
    base_url: ${origin}
    allow_private: true
    key_env: VENDOR_KEY
    models: { "amazon.titan-embed-text-v2:0": ${PRICE} }
endpoints:
  gemini: { models: [gemini/gemini-embedding-001] }
  vertex: { models: [vertex/text-embedding-005] }
  cohere: { models: [cohere/embed-v4.0] }
  bedrock: { models: ["bedrock/amazon.titan-embed-text-v2:0"] }
  documents:
    models: [cohere/embed-v4.0]
    parameters: { input_type: search_document, dimensions: 8 }
  chain: { models: [cohere/embed-v4.0, gemini/gemini-embedding-001] }
`;

beforeAll(async () => {
  vendors = await startEmbeddingVendors();
  const environment = { VENDOR_KEY, ACCOUNT: accountAt(vendors.origin) };
  server = await startServer({ "rollward.yaml": projectAt(vendors.origin) }, { environment });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 });
});

afterAll(async () => {
  await server.stop();
  await vendors.close();
});

beforeEach(() => {
  vendors.replyWith(undefined);
  vendors.forget();
});

async function recordOf(response: Response): Promise<Call> {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return body as Call;
}

const MODELS = {
  gemini: "gemini-embedding-001",
  vertex: "text-embedding-005",
  cohere: "embed-v4.0",
  bedrock: "amazon.titan-embed-text-v2:0",
} as const;
const NAMES = Object.keys(MODELS) as readonly (keyof typeof MODELS)[];
const TEXTS = ["How do I top up?", "Where is my card?"];
const TOKENS = tokensOf(TEXTS.join(""));

/** What the client throws. */
const errorOf = (promise: Promise<unknown>): Promise<APIError> =>
  promise.then(
    () => Promise.reject(new Error("It was answered.")),
    (error: unknown) => (error instanceof APIError ? error : Promise.reject(error)),
  );

describe.each(NAMES)("the OpenAI SDK, unmodified, asks %s for embeddings", (name) => {
  test("in its own way, which is base64, and what it cost is known", async () => {
    const { data, response } = await client.embeddings.create({ model: name, input: TEXTS }).withResponse();
    expect(data).toEqual({
      object: "list",
      data: TEXTS.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) })),
      model: MODELS[name],
      usage: { prompt_tokens: TOKENS, total_tokens: TOKENS },
    });
    const { dialect, release, outcome, usage, attempts, cost_pico: cost } = await recordOf(response);
    expect({ dialect, release, outcome }).toEqual({
      dialect: "openai-embeddings",
      release: `${name}@1`,
      outcome: "ok",
    });
    expect(usage).toMatchObject({ input: TOKENS, output: 0, estimated: false });
    expect(attempts).toMatchObject([{ provider: name, model: MODELS[name], end: "answered", status: 200 }]);
    // Two dollars a million tokens.
    expect(BigInt(cost)).toBe(BigInt(TOKENS) * 2_000_000n);
  });

  test("as numbers, of one text, in a size of its own", async () => {
    const asked = { model: name, input: "one", encoding_format: "float", dimensions: 16 } as const;
    const { data } = await client.embeddings.create(asked);
    expect(data).toEqual([{ object: "embedding", index: 0, embedding: vectorOf("one", 16) }]);
  });

  test("and is told what left the user out", async () => {
    const { response } = await client.embeddings.create({ model: name, input: "one", user: "u-1" }).withResponse();
    expect(response.headers.get("x-rollward-left-out")).toBe("user");
    expect(JSON.stringify(vendors.asked.at(-1)?.body)).not.toContain("u-1");
  });

  test("and is refused by the vendor in words that name no secret", async () => {
    vendors.replyWith(() => ({ status: 400, body: JSON.stringify({ message: `text too long (${VENDOR_KEY})` }) }));
    const error = await errorOf(client.embeddings.create({ model: name, input: TEXTS }));
    expect(error.status).toBe(400);
    expect(error.code).toBe("provider_refused_request");
    expect(error.message).toContain("text too long");
    expect(error.message).not.toContain(VENDOR_KEY);
  });
});

describe("what cannot be translated is refused by name, and nothing is sent", () => {
  test.each([
    { what: "ids of tokens", fields: { input: [1, 2, 3] }, code: "untranslatable", param: "input" },
    { what: "lists of ids", fields: { input: [[1], [2]] }, code: "untranslatable", param: "input" },
    {
      what: "a field that nobody knows",
      fields: { input: "one", padding: 5 },
      code: "untranslatable",
      param: "padding",
    },
    { what: "an empty text", fields: { input: ["one", ""] }, code: "invalid_request", param: "input[1]" },
    { what: "no texts", fields: { input: [] }, code: "invalid_request", param: "input" },
    {
      what: "too many texts",
      fields: { input: Array.from({ length: 2_049 }, () => "x") },
      code: "invalid_request",
      param: "input",
    },
    {
      what: "another encoding",
      fields: { input: "one", encoding_format: "hex" },
      code: "invalid_request",
      param: "encoding_format",
    },
    { what: "no size", fields: { input: "one", dimensions: 0 }, code: "invalid_request", param: "dimensions" },
    {
      what: "another purpose",
      fields: { input: "one", input_type: "passage" },
      code: "invalid_request",
      param: "input_type",
    },
  ])("$what", async ({ fields, code, param }) => {
    const response = await fetch(`${server.url}/v1/embeddings`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "cohere", ...fields }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code, param } });
    expect(vendors.asked).toHaveLength(0);
  });
});

test("a release says what vectors are for and how long they are", async () => {
  const { data } = await client.embeddings.create({ model: "documents", input: "one" });
  expect(data[0]?.embedding).toEqual(vectorOf("one", 8));
  expect(vendors.asked[0]?.body).toMatchObject({ input_type: "search_document", output_dimension: 8 });
});

test("more texts than a request of the vendor holds come in their order", async () => {
  const input = Array.from({ length: 300 }, (_, at) => `text ${at}`);
  const { data } = await client.embeddings.create({ model: "cohere", input });
  expect(data.map(({ embedding }) => embedding)).toEqual(input.map((text) => vectorOf(text)));
  expect(data.map(({ index }) => index)).toEqual(input.map((_, at) => at));
  expect(vendors.asked).toHaveLength(4);
});

test("another vendor of the chain answers where the first is out of order", async () => {
  vendors.replyWith(({ path }) => (path === "/v2/embed" ? { status: 500, body: "{}" } : undefined));
  const { data, response } = await client.embeddings.create({ model: "chain", input: TEXTS }).withResponse();
  expect(data.data.map(({ embedding }) => embedding)).toEqual(TEXTS.map((text) => vectorOf(text)));
  const { attempts } = await recordOf(response);
  expect(attempts.map(({ provider, end }) => [provider, end])).toEqual([
    ["cohere", "failed"],
    ["cohere", "failed"],
    ["gemini", "answered"],
  ]);
});

test("what an answer does not count is estimated, and flagged", async () => {
  vendors.replyWith(() => ({ status: 200, body: '{"embeddings":[{"values":[0.5,1]}]}' }));
  const { data, response } = await client.embeddings.create({ model: "gemini", input: "one" }).withResponse();
  const { usage } = await recordOf(response);
  expect(usage).toMatchObject({ estimated: true, output: 0 });
  expect(data.usage.prompt_tokens).toBe(usage?.input);
});

// The last ones: what limits itself is left alone for as long as it asks.
test.each(NAMES)("a limit of %s reaches the client", async (name) => {
  vendors.replyWith(() => ({ status: 429, body: "{}", headers: { "retry-after": "3600" } }));
  const error = await errorOf(client.embeddings.create({ model: name, input: TEXTS }));
  expect(error.status).toBe(429);
  expect(error.code).toBe("provider_rate_limited");
});
