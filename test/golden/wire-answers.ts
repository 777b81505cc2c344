import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createBedrock } from "../../src/adapters/providers/aws/bedrock.ts";
import { createCohere } from "../../src/adapters/providers/cohere.ts";
import { createGemini } from "../../src/adapters/providers/gemini.ts";
import { createVertex } from "../../src/adapters/providers/vertex/vertex.ts";
import type { CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { givenTo } from "../../src/domain/call/given-to.ts";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { TranslatingReader } from "../../src/gateway/attempt/translating-reader.ts";
import { DIALECTS } from "../../src/http/dialects/index.ts";
import { parseExactJson, roundedNumber } from "../../src/kit/exact-json.ts";
import type { AnswerEncoder, Dialect, DialectName } from "../../src/ports/dialect.ts";
import type { ConverseRequest, ConversingProvider } from "../../src/ports/provider.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { eventStreamFrame } from "../fixtures/event-stream-frame.ts";

/** The folder of the golden files; its README says what each of them is. */
export const WIRES = new URL("wires/", import.meta.url);

/** The text of a golden file. */
export const goldenText = (path: string): string => readFileSync(new URL(path, WIRES), "utf8");

/** Names of the files in a folder. */
export const goldenNames = (folder: string): readonly string[] => readdirSync(new URL(folder, WIRES)).toSorted();

/** The dialects that clients and providers hold conversations in. */
export const CONVERSATIONS: readonly DialectName[] = ["anthropic-messages", "openai-chat", "openai-responses"];

/** The dialects of clients that are translated. */
export const CLIENTS: readonly DialectName[] = [...CONVERSATIONS, "openai-completions"];

const MODELS: Readonly<Record<string, string>> = {
  "openai-chat": "gpt-5",
  "openai-responses": "gpt-5",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-3.5-flash",
  bedrock: "anthropic.claude-sonnet-4-5-20250929-v1:0",
  cohere: "command-a-reasoning-08-2025",
};

const modelOf = (wire: string): string => MODELS[wire === VERTEX ? "gemini" : wire] ?? "model";

/** The wires of providers: those that speak a dialect, and those that are reached through a vendor's package. */
export const WIRE_NAMES: readonly string[] = Object.keys(MODELS);

/** Speaks Gemini's wire at another address, with a token in place of a key. */
export const VERTEX = "vertex";

const TOKEN_PATH = "/token";
const TOKEN = JSON.stringify({ access_token: "token", expires_in: 3_600, token_type: "Bearer" });
const PRIVATE_KEY = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

const TERMS = { prices: new Map(), answerBytes: 1_000_000, breaker: null, allowPrivate: false };
const KEYS = { keys: ["key"], keyEnv: "KEY" };

/** Providers that are reached through a vendor's package, at an address. */
const VENDORS: Readonly<Record<string, (origin: string) => Promise<ConversingProvider>>> = {
  gemini: (origin) => createGemini({ ...TERMS, ...KEYS, name: "other", baseUrl: `${origin}/v1beta` }),
  cohere: (origin) => createCohere({ ...TERMS, ...KEYS, name: "other", baseUrl: `${origin}/v2` }),
  [VERTEX]: (origin) =>
    createVertex({
      ...TERMS,
      name: "other",
      baseUrl: `${origin}/v1`,
      project: "p",
      location: "global",
      credentials: JSON.stringify({ client_email: "a@b", private_key: PRIVATE_KEY, token_uri: `${origin}${TOKEN_PATH}` }),
      credentialsEnv: "ACCOUNT",
      clock: new HandClock(),
    }),
  bedrock: (origin) =>
    createBedrock({ ...TERMS, ...KEYS, name: "other", baseUrl: origin, region: "eu-central-1", credentials: null, clock: new HandClock() }),
};

/** The dialect of this name; throws when there is none. */
export function dialectNamed(name: string): Dialect {
  const dialect = DIALECTS.get(name as DialectName);
  if (dialect === undefined) throw new Error(`There is no dialect ${name}.`);
  return dialect;
}

/** What a provider of the wire is sent for a client's request, or the error that refuses it. */
export async function sentFor(client: Dialect, wire: string, text: string): Promise<unknown> {
  try {
    return await written(client, wire, text);
  } catch (error) {
    if (!(error instanceof RollwardError)) throw error;
    return { error: { code: error.code, field: error.details["field"] } };
  }
}

/** What a vendor is sent for a canonical request, and what of that it is not given. */
export type VendorBody = Pick<Exchanged, "body" | "leftOut">;

/** A vendor's body for a canonical request; throws what refuses it. */
export function vendorBody(wire: string, asked: CanonicalRequest): Promise<VendorBody> {
  return overHttp(wire, { asked, stream: true, model: modelOf(wire) });
}

async function written(client: Dialect, wire: string, text: string): Promise<unknown> {
  const body = parseExactJson(text) as JsonObject;
  const stream = body["stream"] === true;
  const asked = client.toCanonical(body, "other");
  const model = modelOf(wire);
  const reasons = VENDORS[wire] === undefined ? (dialectNamed(wire).reasons ?? null) : null;
  if (VENDORS[wire] !== undefined) {
    const { path, body: bytes, leftOut } = await overHttp(wire, { asked, stream, model });
    return { path, body: withDigits(bytes), ...told(leftOut) };
  }
  const { request, leftOut } = givenTo(asked, { reasons, user: true });
  const ask = { provider: "other", model, stream, reportsStreamUsage: true };
  const bytes = dialectNamed(wire).fromCanonical(request, ask);
  return { body: withDigits(bytes.toString()), ...told(leftOut) };
}

const told = (leftOut: readonly string[]): { readonly leftOut?: readonly string[] } =>
  leftOut.length === 0 ? {} : { leftOut };

/** A body in which a number that a double would round stands as the text of its digits. */
const withDigits = (text: string): JsonObject =>
  JSON.parse(
    JSON.stringify(parseExactJson(text), (_, value: unknown) =>
      roundedNumber(value) === null ? value : `number ${JSON.stringify(value)}`,
    ),
  ) as JsonObject;

/** The bytes that a client gets for a provider's answer, which is a golden file. */
export async function gotFor(client: Dialect, wire: string, file: string): Promise<string> {
  const stream = !file.endsWith(".json");
  const answer = answerBytes(`providers/${wire === VERTEX ? "gemini" : wire}/${file}`);
  const encoder = client.encoder({ stream, usageInStream: true }, "call_01", 1_700_000_000_000);
  if (VENDORS[wire] !== undefined) {
    const asked = client.toCanonical(QUESTIONS[client.name] ?? {}, "other");
    const { got } = await overHttp(wire, { asked, stream, model: modelOf(wire), answer: { bytes: answer, encoder } });
    return encoder.facts.fault === null ? got : broken({ client, encoder, stream }, got);
  }
  const reader = new TranslatingReader(dialectNamed(wire).eventReader(stream), encoder);
  const bytes = Buffer.concat([reader.push(answer), reader.end()]);
  if (encoder.facts.fault !== null) return broken({ client, encoder, stream }, bytes.toString());
  if (reader.facts.fault !== null) throw new Error(reader.facts.fault.reason);
  return bytes.toString();
}

interface Breaking {
  readonly client: Dialect;
  readonly encoder: AnswerEncoder;
  readonly stream: boolean;
}

/** What a client gets of an answer that its dialect has no place for. */
function broken({ client, encoder, stream }: Breaking, got: string): string {
  const { code, reason } = encoder.facts.fault ?? { code: "provider_bad_answer", reason: "" };
  const error = new RollwardError(code, { provider: "other", reason });
  return stream ? got + client.errorEvent(error, "call_01").toString() : client.errorBody(error, "call_01").toString();
}

const QUESTIONS: Readonly<Partial<Record<DialectName, JsonObject>>> = {
  "openai-chat": { model: "m", messages: [{ role: "user", content: "?" }] },
  "openai-responses": { model: "m", input: "?" },
  "openai-completions": { model: "m", prompt: "?" },
  "anthropic-messages": { model: "m", max_tokens: 99, messages: [{ role: "user", content: "?" }] },
};

/** A file's bytes; a file of events, one a line, becomes the frames of AWS. */
function answerBytes(path: string): Buffer {
  const text = goldenText(path);
  if (!path.endsWith(".jsonl")) return Buffer.from(text);
  const lines = text.split("\n").filter((line) => line !== "");
  return Buffer.concat(
    lines.map((line) => {
      const [type = "", event] = Object.entries(JSON.parse(line) as Record<string, unknown>)[0] ?? [];
      const headers = { ":event-type": type, ":content-type": "application/json", ":message-type": "event" };
      return eventStreamFrame(headers, JSON.stringify(event));
    }),
  );
}

interface Exchange {
  readonly asked: ConverseRequest["request"];
  readonly stream: boolean;
  readonly model: string;
  /** Without one, the vendor refuses the request once it has it. */
  readonly answer?: { readonly bytes: Buffer; readonly encoder: AnswerEncoder };
}

interface Exchanged {
  readonly path: string;
  readonly body: string;
  readonly got: string;
  readonly leftOut: readonly string[];
}

const STREAM_TYPES: Readonly<Record<string, string>> = { bedrock: "application/vnd.amazon.eventstream" };

/** Asks a vendor's package over a real connection. */
async function overHttp(wire: string, { asked, stream, model, answer }: Exchange): Promise<Exchanged> {
  const seen = { path: "", body: "" };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isToken = request.url === TOKEN_PATH;
      const type = stream && !isToken ? (STREAM_TYPES[wire] ?? "text/event-stream") : "application/json";
      if (!isToken) Object.assign(seen, { path: request.url ?? "", body: Buffer.concat(chunks).toString() });
      const given = isToken ? TOKEN : answer?.bytes;
      response.writeHead(given === undefined ? 400 : 200, { "content-type": type }).end(given);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const provider = await vendorAt(wire, server);
  const { request, leftOut } = givenTo(asked, { reasons: provider.reasons?.(model) ?? null, user: false });
  try {
    const terms = { callId: "call_01", model, request, stream, connectMs: 5_000 };
    const got = await converse(provider, terms, answer?.encoder ?? null);
    return { ...seen, got, leftOut };
  } catch (error) {
    if (seen.path !== "" && answer === undefined) return { ...seen, got: "", leftOut };
    throw error;
  } finally {
    await provider.close();
    server.closeAllConnections();
    server.close();
  }
}

function vendorAt(wire: string, server: Server): Promise<ConversingProvider> {
  const open = VENDORS[wire];
  if (open === undefined) throw new Error(`There is no vendor ${wire}.`);
  return open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Resolves with what the client gets; rejects with what the provider failed with. */
function converse(
  provider: ConversingProvider,
  request: ConverseRequest,
  encoder: AnswerEncoder | null,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const bytes: Buffer[] = [];
  provider.converse(request, {
    event(event) {
      if (encoder !== null) bytes.push(encoder.push(event));
    },
    end() {
      if (encoder !== null && encoder.facts.fault === null) bytes.push(encoder.end());
      resolve(Buffer.concat(bytes).toString());
    },
    fail: reject,
  });
  return promise;
}
