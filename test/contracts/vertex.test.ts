import { generateKeyPairSync, createVerify } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { createVertex } from "../../src/adapters/providers/vertex/vertex.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { startTokenServer } from "../fixtures/token-server.ts";
import type { TokenServer } from "../fixtures/token-server.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { ask, questionFor } from "./conversing-subject.ts";
import { vendorOpener } from "./vendor-subject.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const SECRET = "ya29.a-token-of-the-test";
const MODEL = "gemini-3.5-flash";

let tokens: TokenServer | null = null;

afterEach(async () => {
  await tokens?.close();
  tokens = null;
});

const clock = new HandClock();

const open = vendorOpener({
  model: MODEL,
  secret: SECRET,
  wire: geminiWire(SECRET),
  async provider(origin) {
    tokens ??= await startTokenServer(SECRET);
    return createVertex({
      name: "vertex",
      baseUrl: `${origin}/v1`,
      project: "a-project",
      location: "europe-west4",
      credentials: JSON.stringify({
        client_email: "robot@example.com",
        private_key: privateKey,
        private_key_id: "key-1",
        token_uri: `${tokens.origin}/token`,
      }),
      credentialsEnv: "GOOGLE_APPLICATION_CREDENTIALS",
      prices: new Map(),
      answerBytes: 64 * 1024 * 1024,
      breaker: null,
      allowPrivate: false,
      clock,
    });
  },
});

describe("the provider vertex", () => {
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);

  test("sends the token of the service account to the project's models, and no other key", async () => {
    const { provider, upstream } = await open();
    await ask(provider, questionFor(MODEL, true));
    const [request] = upstream.requests;
    if (request === undefined) throw new Error("There was no request.");
    const { path, headers } = request;
    expect(path).toBe(
      `/v1/projects/a-project/locations/europe-west4/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`,
    );
    expect(headers["authorization"]).toBe(`Bearer ${SECRET}`);
    expect(headers).not.toHaveProperty("x-goog-api-key");
  });

  test("is told where an image is that it fetches itself", async () => {
    const { provider, upstream } = await open();
    const image = { type: "image", url: "https://example.com/a.png", detail: null } as const;
    const { error } = await ask(provider, questionFor(MODEL, true, { messages: [{ role: "user", content: [image] }] }));
    expect(error).toBeNull();
    expect(upstream.requests[0]?.body["contents"]).toEqual([
      { role: "user", parts: [{ fileData: { mimeType: "image/png", fileUri: image.url } }] },
    ]);
  });

  test("signs for its token with the account's key, as Google documents it", async () => {
    const { provider } = await open();
    await ask(provider, questionFor(MODEL, false));
    const form = new URLSearchParams(tokens?.requests[0]);
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
    expect(createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(publicKey, signature, "base64url")).toBe(
      true,
    );
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    const issuedAt = Math.floor(clock.now() / 1_000);
    expect(read(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    expect(read(claims)).toEqual({
      iss: "robot@example.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: `${tokens?.origin}/token`,
      iat: issuedAt,
      exp: issuedAt + 3_600,
    });
  });

  test("trades for one token for many calls, and for another before it ends", async () => {
    const { provider } = await open();
    await Promise.all([1, 2, 3].map(() => ask(provider, questionFor(MODEL, true))));
    expect(tokens?.requests).toHaveLength(1);
    clock.advance(54 * 60_000);
    await ask(provider, questionFor(MODEL, true));
    expect(tokens?.requests).toHaveLength(1);
    clock.advance(2 * 60_000);
    await ask(provider, questionFor(MODEL, true));
    expect(tokens?.requests).toHaveLength(2);
  });

  test("trades anew for a token that is refused before it ends", async () => {
    const { provider, upstream } = await open();
    await ask(provider, questionFor(MODEL, true));
    upstream.play("credentials", "text");
    expect((await ask(provider, questionFor(MODEL, true))).error).toMatchObject({ code: "provider_credentials" });
    expect(tokens?.requests).toHaveLength(1);
    expect((await ask(provider, questionFor(MODEL, true))).error).toBeNull();
    expect(tokens?.requests).toHaveLength(2);
  });

  test("says that the credentials are refused when there is no token for them", async () => {
    const { provider } = await open();
    tokens?.refuse();
    const { error } = await ask(provider, questionFor(MODEL, true));
    expect(error).toMatchObject({ code: "provider_credentials" });
    expect(error?.help).toContain("GOOGLE_APPLICATION_CREDENTIALS");
  });
});
