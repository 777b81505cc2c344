import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { afterEach, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryKeyRing } from "../../adapters/keys/memory-key-ring.ts";
import { createMemorySpanStore } from "../../adapters/stores/memory/memory-span-store.ts";
import type { Key } from "../../domain/access/key.ts";
import { hashSecret, presentKey } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import type { AcceptedSpans } from "../../domain/trace/trace-settings.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { SpanStore } from "../../ports/span-store.ts";
import { rememberCallers } from "../caller.ts";
import { traces } from "./traces.ts";

const SECRET = "5".repeat(64);
const KEY: Key = {
  id: "key_01kaxk3hqn0000000000000000",
  name: "app",
  scopes: ["inference"],
  endpoints: null,
  secretHash: hashSecret(SECRET),
  createdAt: 1,
  expiresAt: null,
  revokedAt: null,
};

const clock = new HandClock();
let app: FastifyInstance;
afterEach(() => app.close());

/** The address alone, over a store. */
function open(
  spans: SpanStore,
  { accept = {}, key = {} }: { accept?: Partial<AcceptedSpans>; key?: Partial<Key> } = {},
) {
  const keys = createMemoryKeyRing();
  keys.replace([{ ...KEY, ...key }]);
  const gateway = {
    keys,
    clock,
    environments: { forKey: () => ({ settings: () => ({ environment: "staging" }) }) },
  } as unknown as Gateway;
  app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  rememberCallers(app);
  traces(app, { gateway, spans, accepted: () => ({ ...DEFAULT_TRACES.accept, ...accept }) });
  return () =>
    app.inject({
      method: "POST",
      url: "/v1/traces",
      headers: { authorization: `Bearer ${presentKey(KEY.id, SECRET)}`, "content-type": "application/json" },
      payload: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] }),
    });
}

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = {
  traceId: TRACE,
  spanId: "00f067aa0ba902b7",
  name: "ask",
  startTimeUnixNano: "1763750000000000000",
  endTimeUnixNano: "1763750001000000000",
  status: { code: 2, message: "nobody has bob@example.com" },
  attributes: [{ key: "input.value", value: { stringValue: "I am ada@example.com" } }],
};

test("spans are kept in the environment of the key that sent them", async () => {
  const spans = createMemorySpanStore(10);
  expect((await open(spans)()).statusCode).toBe(200);
  expect(await spans.ofTrace({ environment: "staging", traceId: TRACE }, 10)).toMatchObject([
    { name: "ask", keyId: KEY.id, leftOut: 1, attributes: {} },
  ]);
});

test("what spans say of prompts is kept where the project wants it, masked", async () => {
  const spans = createMemorySpanStore(10);
  await open(spans, { accept: { content: true } })();
  expect(await spans.ofTrace({ environment: "staging", traceId: TRACE }, 10)).toMatchObject([
    { attributes: { "input.value": "I am [email]" }, leftOut: 0, statusMessage: "nobody has [email]" },
  ]);
});

test("while the database is away the client is told to send again", async () => {
  const away = new RollwardError("database_unavailable", { reason: "it is away" });
  const answer = await open({ ...createMemorySpanStore(10), append: () => Promise.reject(away) })();
  expect(answer.statusCode).toBe(503);
  expect(answer.headers["retry-after"]).toBe("1");
  expect(answer.json()).toMatchObject({ code: 14, message: expect.stringContaining("it is away") });
});

test("beyond four requests that are being written the next is told to come again, and then it is taken", async () => {
  const gate = Promise.withResolvers<number>();
  const send = open({ ...createMemorySpanStore(10), append: () => gate.promise });
  const waiting = [send(), send(), send(), send(), send()];
  const refused = await Promise.race(waiting);
  expect(refused.statusCode).toBe(503);
  gate.resolve(0);
  const statuses = (await Promise.all(waiting)).map(({ statusCode }) => statusCode);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 503]);
  expect((await send()).statusCode).toBe(200);
});

test("no more spans come within an hour than are kept", async () => {
  const send = open(createMemorySpanStore(10), { accept: { mostSpans: 2 } });
  const statuses: number[] = [];
  for (let request = 0; request < 3; request += 1) statuses.push((await send()).statusCode);
  expect(statuses).toEqual([200, 200, 503]);
  clock.advance(3_600_000);
  expect((await send()).statusCode).toBe(200);
});

test("spans that could not be written do not count when they come again", async () => {
  const kept = createMemorySpanStore(10);
  let isAway = true;
  const away = new RollwardError("database_unavailable", { reason: "it is away" });
  const store = { ...kept, append: (all: never) => (isAway ? Promise.reject(away) : kept.append(all)) };
  const send = open(store, { accept: { mostSpans: 2 } });
  for (let request = 0; request < 5; request += 1) expect((await send()).statusCode).toBe(503);
  isAway = false;
  expect((await send()).statusCode).toBe(200);
});

test("a server that takes no spans says so", async () => {
  const answer = await open(createMemorySpanStore(10), { accept: { isOn: false } })();
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 3, message: expect.stringContaining("telemetry.traces.accept") });
});

test("a key that may only ask for flags may not send spans", async () => {
  const answer = await open(createMemorySpanStore(10), { key: { scopes: ["flags"] } })();
  expect(answer.statusCode).toBe(403);
});
