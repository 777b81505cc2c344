import { parseArgs } from "node:util";
import { parse } from "protobufjs";
import { joinItems } from "../src/adapters/exporters/export-batch.ts";
import { createOtlpExporter } from "../src/adapters/exporters/otlp-exporter.ts";
import { systemClock } from "../src/adapters/system/system-clock.ts";
import type { CallRecord } from "../src/domain/call/call-record.ts";
import { factsOf as readFacts, writeFacts } from "../src/domain/call/facts-text.ts";
import type { WrittenFacts } from "../src/domain/call/facts-text.ts";
import { parseTraceContext } from "../src/domain/trace/trace-context.ts";
import { ownTraceId } from "../src/domain/trace/trace-ids.ts";
import { OTLP_PROTO } from "../src/domain/trace/otlp-proto.ts";
import { readSpans } from "../src/domain/trace/sent-spans.ts";
import { spansOfCall } from "../src/domain/trace/spans-of-call.ts";
import { DEFAULT_TRACES } from "../src/domain/trace/trace-settings.ts";
import { readTraceRequest } from "../src/http/otlp/read-trace-request.ts";
import { ulid } from "../src/kit/ulid.ts";
import { median } from "./semantic/verdict.ts";

const HELP = `What traces cost in this process, microseconds: on the request's way, and beside it.

  --rounds N   rounds; the medians over them are shown (default 15)
  --json       ends with one line of JSON
`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const EACH = 5_000;
const STAGES = ["authenticate", "admit", "resolve", "assign", "render", "call", "deliver"];
const BODY = Buffer.from(
  JSON.stringify({ model: "support", temperature: 0.2, messages: [{ role: "user", content: "words ".repeat(60) }] }),
);
const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** A call like most: seven stages, one attempt, half a kilobyte in and out. */
function madeCall(index: number): CallRecord {
  const at = Date.UTC(2026, 10, 21) + index;
  const random = Buffer.alloc(10);
  random.writeUInt32BE(Math.imul(index, 0x9e3779b1) >>> 0, 3);
  const usage = { input: 212, cachedInput: 3, cacheWrite: 0, output: 180, reasoning: 7, estimated: false };
  const attempt = {
    provider: "openai",
    model: "m-2026-01-01",
    reason: "first" as const,
    end: "answered" as const,
    key: null,
  };
  const times = {
    startMs: 0.25,
    firstByteMs: 310.4,
    endMs: 812.4,
    status: 200,
    error: null,
    usage,
    costPico: 900_719n,
  };
  const who = { keyId: "key_01jd0000000000000000000000", session: { id: "s-1", source: "header" as const } };
  const what = { dialect: "openai-chat", requestedModel: "support", endpoint: "support", environment: "production" };
  const release = { epoch: 3, rolloutId: null, releaseId: "rel_1", release: "support@7", arm: "stable" as const };
  const served = { tier: "primary" as const, provider: "openai", model: "m-2026-01-01", stream: false, status: 200 };
  const ended = { outcome: "ok" as const, errorCode: null, finishReason: "stop", firstTokenMs: null, totalMs: 812.9 };
  const cost = { usage, costPico: 900_719n, priceVersion: "a".repeat(64), overrides: [], retainBodiesDays: 14 };
  const stages = STAGES.map((stage, order) => ({ stage, startMs: order * 0.05, endMs: order * 0.05 + 0.04 }));
  const id = `call_${ulid(at, random)}`;
  const attempts = [{ ...attempt, ...times }];
  return {
    facts: { id, at, ...who, ...what, ...release, ...served, ...ended, ...cost, stages, attempts },
    bodies: { request: BODY, upstream: BODY, answer: BODY },
  };
}

const CALLS = Array.from({ length: EACH }, (_, index) => madeCall(index));

/** An exporter that sends nothing: what `offer` costs is what the request's way pays. */
function exporterOf(share: number) {
  const settings = { ...DEFAULT_TRACES, sample: { ...DEFAULT_TRACES.sample, share } };
  const traces = {
    url: "http://127.0.0.1:9/v1/traces",
    headers: {},
    timeoutMs: 1,
    isCompressed: false,
    isGuarded: false,
  };
  const order = {
    traces,
    logs: null,
    version: "latest",
    resource: {},
    scope: { name: "", version: "" },
    identities: new Map(),
  } as const;
  const thread = { send: () => new Promise<never>(() => {}), close: async () => {} };
  return createOtlpExporter({
    clock: { ...systemClock, after: () => () => {} },
    random: Math.random,
    thread,
    terms: () => ({ settings, order }),
    limits: { maxItems: 1e9, maxBytes: 1e12 },
  });
}

const APPLICATION = readTraceRequest(Buffer.from(JSON.stringify(applicationSpans(512))), "json");
const REQUEST = parse(OTLP_PROTO).root.lookupType("otlp.ExportTraceServiceRequest");
const PROTOBUF = REQUEST.encode(REQUEST.fromObject(applicationSpans(512))).finish();

function applicationSpans(count: number) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const times = { startTimeUnixNano: "1763750000123456789", endTimeUnixNano: "1763750000223456789" };
  const common = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", name: "step", kind: 1, ...times };
  const spans = Array.from({ length: count }, (_, index) => ({
    ...common,
    spanId: (index + 1).toString(16).padStart(16, "0"),
    attributes: Array.from({ length: 12 }, (__, number) =>
      attribute(`app.attribute.${number}`, `value ${number} of ${index}`),
    ),
  }));
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: "bench" }, spans }] }] };
}

/** The system counts CPU time in milliseconds: a round takes many of them. */
const LEAST_US = 60_000;

/** Microseconds of one of `count`, of this thread's CPU time: what others do on the machine disturbs that least. */
function timed(run: () => void, count: number): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs += 1) {
    run();
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= LEAST_US) return (user + system) / (count * runs);
  }
}

const over = (work: (call: CallRecord) => void) => () => timed(() => CALLS.forEach(work), EACH);
const terms = { version: "latest", identityOf: () => null, exchange: null, because: null } as const;
const texts = CALLS.map(({ facts }) => writeFacts(facts));

const CASES: Readonly<Record<string, () => number>> = {
  "way: traceparent read": over(() => parseTraceContext(PARENT)),
  "way: own trace id written": over(({ facts }) => ownTraceId(facts.id)),
  "way: offered and passed over": () => {
    const exporter = exporterOf(0);
    return over((call) => exporter.offer(call))();
  },
  "way: offered and kept": () => {
    let exporter = exporterOf(1);
    let taken = 0;
    return over((call) => {
      // What waits is collected with its exporter.
      if ((taken += 1) % EACH === 0) exporter = exporterOf(1);
      exporter.offer(call);
    })();
  },
  "main thread: kept call handed to the thread": () => {
    const items = CALLS.slice(0, 256).map(
      (call) => ({ type: "call", because: "share", wantsContent: false, call }) as const,
    );
    return timed(() => joinItems(items), items.length);
  },
  "thread: spans of a call": () =>
    timed(() => texts.forEach((text) => spansOfCall(readFacts(JSON.parse(text) as WrittenFacts), terms)), EACH),
  "main thread: one span of protobuf decoded": () => timed(() => readTraceRequest(PROTOBUF, "protobuf"), 512),
  "main thread: one span of an application read": () => timed(() => readSpans(APPLICATION, false), 512),
};

if (options.help) console.log(HELP);
else {
  const rounds = Number(options.rounds);
  const measured = Object.entries(CASES).map(([name, run]) => {
    for (let warm = 0; warm < 5; warm += 1) run();
    return [name, median(Array.from({ length: rounds }, run))] as const;
  });
  for (const [name, us] of measured) console.log(`${name.padEnd(48)} ${us.toFixed(2).padStart(8)} µs`);
  if (options.json) console.log(JSON.stringify(Object.fromEntries(measured)));
}
