import { generateKeyPairSync } from "node:crypto";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createJsonPoster } from "../../src/adapters/notifiers/post-json.ts";
import { createProvider } from "../../src/adapters/providers/index.ts";
import { createSimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import { Connector } from "../../src/adapters/providers/upstream/connector.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { createSignedPost } from "../../src/adapters/webhooks/create-signed-post.ts";
import { loadProject } from "../../src/config/load.ts";
import { proxiesOf } from "../../src/kit/outbound-proxy.ts";
import type { Provider } from "../../src/ports/provider.ts";
import { startConnectProxy } from "../fixtures/connect-proxy.ts";
import type { ConnectProxy } from "../fixtures/connect-proxy.ts";
import { freePort } from "../fixtures/free-port.ts";
import { RecordingSink } from "../fixtures/recording-sink.ts";
import { startTlsServer, trustTestCertificate } from "../fixtures/tls-server.ts";
import { wireProviderContract } from "./provider.contract.ts";
import { ask as converse, questionFor } from "./conversing-subject.ts";
import { requestFor } from "./provider-subject.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function proxyTo(port: number, answer?: number | "silence"): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(port, answer);
  closing.push(() => proxy.close());
  return proxy;
}

const KEY = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs8", format: "pem" });

const VARIABLES = {
  KEY: "sk-of-the-test",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "a-secret-of-the-test",
  GOOGLE: JSON.stringify({
    client_email: "robot@example.com",
    private_key: KEY,
    token_uri: "https://oauth2.googleapis.com/token",
  }),
};

/** The provider of these lines of rollward.yaml, made as the program makes it. */
async function providerOf(
  lines: readonly string[],
  environment: Readonly<Record<string, string>>,
  model = "m-1",
): Promise<Provider> {
  const models = `models: { ${model}: { price: { input: 1, output: 2 } } }`;
  const written = [...lines, models].map((line) => `    ${line}`);
  const text = ["providers:", "  far:", ...written, "endpoints: {}", ""].join("\n");
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  const settings = loaded.ok ? loaded.project.providers.get("far") : undefined;
  if (settings === undefined) throw new Error(JSON.stringify(loaded));
  const variables = { ...VARIABLES, ...environment };
  return createProvider(settings, { environment: variables, answerBytes: 64 * 1024 * 1024, clock: systemClock });
}

wireProviderContract({
  name: "openai-compatible through a proxy",
  takesKey: true,
  host: /^models\.far\.example$/,
  async open({ models, apiKey }) {
    const server = await createSimulatedServer({ models, seed: 1, clock: systemClock });
    const proxy = await startConnectProxy(Number(new URL(server.url).port));
    const lines = ["kind: openai-compatible", "base_url: http://models.far.example/v1", "key_env: KEY"];
    const provider = await providerOf(lines, { KEY: apiKey, HTTP_PROXY: proxy.url }, "steady-1");
    if (provider.speaks === null) throw new Error("It speaks no wire.");
    return {
      provider,
      stats: () => server.stats(),
      async close() {
        await provider.close();
        await proxy.close();
        await server.close();
      },
    };
  },
});

describe("a provider behind a proxy", () => {
  const region = ["region: eu-central-1"];
  const google = ["project: a-project", "location: europe-west4", "credentials_env: GOOGLE"];

  test.each([
    { kind: "openai", target: "api.openai.com", model: "m-2026-01-01" },
    { kind: "anthropic", target: "api.anthropic.com" },
    { kind: "gemini", target: "generativelanguage.googleapis.com" },
    { kind: "cohere", target: "api.cohere.com" },
    { kind: "bedrock", lines: region, target: "bedrock-runtime.eu-central-1.amazonaws.com" },
    { kind: "sagemaker", lines: region, target: "runtime.sagemaker.eu-central-1.amazonaws.com" },
    { kind: "vertex", lines: google, target: "oauth2.googleapis.com" },
    { kind: "vertex", lines: google, target: "oauth2.googleapis.com", model: "claude-sonnet-4-5@20250929" },
  ])("of kind $kind is asked through it, and what it refuses is told", async (vendor) => {
    const { kind, lines = ["key_env: KEY"], target, model = "m-1" } = vendor;
    const proxy = await proxyTo(1, 403);
    const provider = await providerOf([`kind: ${kind}`, ...lines], { https_proxy: proxy.url }, model);
    closing.push(() => provider.close());
    const failure = await failureOf(provider, model);
    expect(proxy.tunnels.map((tunnel) => tunnel.target)).toContain(`${target}:443`);
    expect(failure).toContain("the proxy (HTTPS_PROXY, HTTP_PROXY) answered 403; NO_PROXY names what goes without it");
  });

  test("is told its proxy's credentials, and no provider is", async () => {
    const proxy = await proxyTo(1, 407);
    const withName = proxy.url.replace("//", "//me:word@");
    const provider = await providerOf(["kind: anthropic", "key_env: KEY"], { HTTPS_PROXY: withName });
    closing.push(() => provider.close());
    expect(await failureOf(provider, "m-1")).not.toContain("word");
    const [tunnel] = proxy.tunnels;
    expect(tunnel?.headers["proxy-authorization"]).toBe(`Basic ${Buffer.from("me:word").toString("base64")}`);
    expect(JSON.stringify(tunnel)).not.toContain(VARIABLES.KEY);
  });

  test("is asked without it where NO_PROXY says so", async () => {
    const proxy = await proxyTo(1, 403);
    const lines = ["kind: openai-compatible", "base_url: http://nobody.invalid/v1"];
    const provider = await providerOf(lines, { HTTP_PROXY: proxy.url, NO_PROXY: "invalid" });
    closing.push(() => provider.close());
    expect(await failureOf(provider, "m-1")).toMatch(/host name/);
    expect(proxy.tunnels).toEqual([]);
  });

  test("is away where its proxy is", async () => {
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` };
    const provider = await providerOf(["kind: anthropic", "key_env: KEY"], environment);
    closing.push(() => provider.close());
    expect(await failureOf(provider, "m-1")).toContain("the proxy (HTTPS_PROXY, HTTP_PROXY) could not be reached");
  });

  test("whose proxy says nothing is too slow to connect", async () => {
    const proxy = await proxyTo(1, "silence");
    const provider = await providerOf(["kind: anthropic", "key_env: KEY"], { HTTPS_PROXY: proxy.url });
    closing.push(() => provider.close());
    expect(await failureOf(provider, "m-1", 1_000)).toContain("provider_timeout");
  });
});

/** What an exchange ends with: the code and the message of its error. */
async function failureOf(provider: Provider, model: string, connectMs = 5_000): Promise<string> {
  const serving = provider.forModel?.(model) ?? provider;
  if (serving.speaks === null) {
    const { error } = await converse(serving, { ...questionFor(model, false), connectMs });
    return `${error?.code} ${error?.message}`;
  }
  const sink = new RecordingSink();
  serving.forward({ ...requestFor(model), dialect: serving.speaks[0], connectMs }, sink);
  await sink.over;
  return `${sink.error?.code} ${sink.error?.message}`;
}

describe("a connection through a proxy", () => {
  test("is checked against the name that was wanted, behind the proxy", async () => {
    trustTestCertificate();
    const server = await startTlsServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    closing.push(() => server.close());
    const proxy = await proxyTo(server.port);
    // By its name the certificate's machine is this one, which no proxy is asked for.
    const way = { origin: proxy.url, authorization: null, variable: "HTTPS_PROXY" };
    const open = (name: string): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const connector = new Connector({ origin: `https://${name}`, allowPrivate: false, proxyFor: () => way });
        connector.open(5_000, (result) => (result instanceof Error ? reject(result) : resolve(result)));
      });
    const socket = await open("localhost");
    socket.destroy();
    await expect(open("other.example")).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(proxy.tunnels.map(({ target }) => target)).toEqual(["localhost:443", "other.example:443"]);
  });

  test("carries webhooks and what alerts tell", async () => {
    const server = await createSimulatedServer({ models: new Map(), seed: 1, clock: systemClock });
    closing.push(() => server.close());
    const proxy = await proxyTo(Number(new URL(server.url).port));
    const environment = { HTTP_PROXY: proxy.url, SECRET: "a secret of more than twenty-four bytes" };
    const poster = createJsonPoster(proxiesOf(environment));
    closing.push(() => poster.close());
    const told = await poster.post({ url: "http://alerts.far.example/hook", body: {}, allowPrivate: false });
    expect(told).toMatchObject({ status: 404 });
    const signed = createSignedPost({ clock: systemClock, environment });
    closing.push(() => signed.close());
    const target = { url: "http://gates.far.example/hook", secretEnv: "SECRET", allowPrivate: false };
    const answer = await signed.post(target, { id: "one", body: {} }, AbortSignal.timeout(5_000));
    expect(answer).toMatchObject({ status: 404 });
    expect(proxy.tunnels.map(({ target: to }) => to)).toEqual(["alerts.far.example:80", "gates.far.example:80"]);
  });
});
