import { inspect } from "node:util";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { SimulatedStats } from "../../src/adapters/providers/simulated/ledger.ts";
import type { SimulatedModelSettings } from "../../src/adapters/providers/simulated/settings.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { ForwardRequest, WireProvider } from "../../src/ports/provider.ts";
import { RecordingSink, turn, until } from "../fixtures/recording-sink.ts";

/** A provider whose upstream is a simulated server. */
export interface OpenedProvider {
  readonly provider: WireProvider;
  readonly stats: () => SimulatedStats;
  /** Closes provider and server. */
  close(): Promise<void>;
}

/** How a suite gets its providers. */
export interface WireProviderSubject {
  readonly name: string;
  /** `apiKey` is ignored where `takesKey` is false. */
  open(terms: {
    readonly models: ReadonlyMap<string, SimulatedModelSettings>;
    readonly apiKey: string;
    readonly answerBytes: number;
  }): Promise<OpenedProvider>;
  readonly takesKey: boolean;
}

/** A key that must appear nowhere but in one header. */
export const SENTINEL = "sk-sentinel-5f3a9c7e1b2d4086";

const NO_FAILURES = {
  rateLimited: 0,
  serverError: 0,
  hang: 0,
  cut: 0,
  stall: 0,
  malformed: 0,
  refusal: 0,
  retryAfterSeconds: 7,
};

const STEADY: SimulatedModelSettings = {
  firstTokenMs: { median: 0, sigma: 0 },
  betweenTokensMs: { median: 0, sigma: 0 },
  answerTokens: { median: 60, sigma: 0 },
  quality: 1,
  failures: NO_FAILURES,
};

const MODELS = new Map<string, SimulatedModelSettings>([
  ["steady-1", STEADY],
  ["endless-1", { ...STEADY, betweenTokensMs: { median: 5, sigma: 0 }, answerTokens: { median: 10_000, sigma: 0 } }],
  // About 13 MB as a stream: more than all buffers between server and sink hold.
  ["large-1", { ...STEADY, answerTokens: { median: 100_000, sigma: 0 } }],
]);

const ANSWER_BYTES = 64 * 1024 * 1024;

/** A request for the model; `say` is the user's message. */
export function requestFor(model: string, { say = "Hello", stream = false } = {}): ForwardRequest {
  const body = { model, ...(stream ? { stream } : {}), messages: [{ role: "user", content: say }] };
  return { callId: "call_1", model, bytes: Buffer.from(JSON.stringify(body)), connectMs: 5_000 };
}

/** What every provider that takes a client dialect's bytes must do, over real HTTP. */
export function wireProviderContract(subject: WireProviderSubject): void {
  describe(`${subject.name} as a wire provider`, () => {
    const open = opener(subject);
    requests(subject, open);
    answers(open);
    faults(subject, open);
    flow(open);
    life(open);
  });
}

type Open = () => Promise<OpenedProvider>;

function opener(subject: WireProviderSubject): Open {
  const opened: OpenedProvider[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  return async () => {
    const one = await subject.open({ models: MODELS, apiKey: SENTINEL, answerBytes: ANSWER_BYTES });
    opened.push(one);
    return one;
  };
}

async function ask(provider: WireProvider, request: ForwardRequest): Promise<RecordingSink> {
  const sink = new RecordingSink();
  provider.forward(request, sink);
  await sink.over;
  return sink;
}

function requests(subject: WireProviderSubject, open: Open): void {
  test("sends the bytes of the request as they are", async () => {
    const { provider, stats } = await open();
    await fc.assert(
      fc.asyncProperty(fc.json({ stringUnit: "grapheme" }), fc.constantFrom("", " ", "\r\n\t"), async (extra, space) => {
        const bytes = Buffer.from(`{${space}"model":"steady-1","metadata":${extra},"messages":[{"role":"user"}]${space}}`);
        const sink = await ask(provider, { ...requestFor("steady-1"), bytes });
        expect(sink.status).toBe(200);
        expect(stats().lastCalls.at(-1)?.body.equals(bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("sends a request of several megabytes whole", async () => {
    const { provider, stats } = await open();
    const request = requestFor("steady-1", { say: "long ".repeat(1_500_000) });
    await ask(provider, request);
    expect(stats().lastCalls.at(-1)?.body.equals(request.bytes)).toBe(true);
  });

  test("sends headers of its own and no others", async () => {
    const { provider, stats } = await open();
    const request = requestFor("steady-1");
    await ask(provider, request);
    const { host, ...sent } = stats().lastCalls.at(-1)?.headers ?? {};
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(sent).toEqual({
      connection: "keep-alive",
      "content-type": "application/json",
      "content-length": String(request.bytes.length),
      accept: "application/json, text/event-stream",
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^rollward\/\d+\.\d+\.\d+$/),
      ...(subject.takesKey ? { authorization: `Bearer ${SENTINEL}` } : {}),
    });
  });

  test("keeps connections for later calls, and never shares one between calls at once", async () => {
    const { provider, stats } = await open();
    for (let call = 0; call < 20; call += 1) await ask(provider, requestFor("steady-1"));
    // A call that begins in the very turn in which another ended may open a second one.
    expect(stats().connections).toBeLessThanOrEqual(2);
    const sinks = Array.from({ length: 8 }, () => new RecordingSink());
    const flows = sinks.map((sink) => provider.forward(requestFor("endless-1", { stream: true }), sink));
    await Promise.all(sinks.map((sink) => sink.begun));
    expect(stats().connections).toBeGreaterThanOrEqual(8);
    for (const each of flows) each.abort();
  });
}

function answers(open: Open): void {
  test("hands up a whole answer, with headers from the allow-list only", async () => {
    const { provider } = await open();
    const sink = await ask(provider, requestFor("steady-1"));
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.status).toBe(200);
    expect(Object.keys(sink.headers).toSorted()).toEqual(["content-type", "openai-processing-ms", "x-request-id"]);
    expect(JSON.parse(sink.body.toString())).toMatchObject({ object: "chat.completion", model: "steady-1" });
  });

  test("hands up a stream whole", async () => {
    const { provider } = await open();
    const sink = await ask(provider, requestFor("steady-1", { stream: true }));
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.headers["content-type"]).toContain("text/event-stream");
    expect(textIn(sink.body)).toMatch(/^You can|^Refunds|^Standard|^Choose|^Every|^Your/);
    expect(sink.body.toString().endsWith("data: [DONE]\n\n")).toBe(true);
  });
}

function textIn(stream: Buffer): string {
  const events = stream.toString().split("\n\n");
  return events
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "")
    .join("");
}

/** Faults the transport reports, with and without a stream. */
const TRANSPORT_FAULTS: readonly (readonly [fault: string, code: ErrorCode, told: readonly string[]])[] = [
  ["reset", "provider_unreachable", ["fail"]],
  ["cut", "provider_cut", ["head", "data", "fail"]],
];

/** Faults that are answers with a status. */
const STATUS_FAULTS: readonly (readonly [fault: string, status: number | null, code: ErrorCode, retryable: boolean])[] = [
  ["rateLimited", 429, "provider_rate_limited", true],
  ["serverError", null, "provider_error", true],
  ["unauthorized", 401, "provider_credentials", false],
  ["contextLength", 400, "provider_refused_request", false],
  ["contentPolicy", 400, "provider_refused_request", false],
];

/** Faults that only a reader of the dialect can see. */
const INNER_FAULTS = ["malformed", "refusal", "html", "errorEvent", "missingDone"];

function faults(subject: WireProviderSubject, open: Open): void {
  describe.each([{ stream: true }, { stream: false }])("with faults of the provider, stream $stream", ({ stream }) => {
    test.each(TRANSPORT_FAULTS)("reports %s as %s", async (fault, code, told) => {
      const { provider } = await open();
      const sink = await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
      expect(sink.error?.code).toBe(code);
      expect(sink.error?.retryable).toBe(true);
      expect(sink.error?.cause).toBeInstanceOf(Error);
      expect(sink.told).toEqual(told);
    });

    test.each(STATUS_FAULTS)("turns the answer to %s (%s) into %s", async (fault, status, code, retryable) => {
      const { provider } = await open();
      const sink = await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
      expect(sink.told).toEqual(["head", "data", "end"]);
      expect(sink.status).toBe(status ?? sink.status);
      expect(sink.headers["retry-after"]).toBe(fault === "rateLimited" ? "7" : undefined);
      const error = provider.fault(sink.status, sink.headers, sink.body);
      expect(error).toMatchObject({ code, retryable });
      expect(inspect(error, { depth: 10 })).not.toContain(SENTINEL);
    });

    test.each(INNER_FAULTS)("hands up %s as it is: the dialect judges it", async (fault) => {
      const { provider } = await open();
      const sink = await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
      expect(sink.told).toEqual(["head", "data", "end"]);
      expect(sink.status).toBe(200);
    });

    test.each(["hang", "stall"])("waits through %s until it is aborted", async (fault) => {
      const { provider, stats } = await open();
      const sink = new RecordingSink();
      const flow = provider.forward(requestFor("steady-1", { say: `simulate: ${fault}`, stream }), sink);
      await until(() => stats().open === 1 && (fault === "hang" || sink.status !== 0));
      flow.abort();
      await until(() => stats().aborted === 1);
      expect(sink.told).not.toContain("end");
      expect(sink.told).not.toContain("fail");
    });

    test("serves the next call after each fault", async () => {
      const { provider } = await open();
      for (const fault of ["reset", "cut", "malformed", "html", "serverError"]) {
        await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
        const next = await ask(provider, requestFor("steady-1", { stream }));
        expect(next.told, fault).toEqual(["head", "data", "end"]);
      }
    });
  });

  test.runIf(subject.takesKey)("shows its key in no error, whatever the provider says", async () => {
    const { provider, stats } = await open();
    const messages = ["reset", "cut", "unauthorized"].map((fault) => `simulate: ${fault}`);
    for (const say of messages) {
      const sink = await ask(provider, requestFor("steady-1", { say }));
      expect(inspect(sink.error, { depth: 10, showHidden: true })).not.toContain(SENTINEL);
    }
    const echo = JSON.stringify({ error: { message: `No such deployment for ${SENTINEL}`, param: SENTINEL } });
    const error = provider.fault(400, {}, Buffer.from(echo));
    expect(inspect(error, { depth: 10 })).not.toContain(SENTINEL);
    expect(stats().lastCalls[0]?.headers["authorization"]).toContain(SENTINEL);
  });
}

function flow(open: Open): void {
  test("closes the upstream within 100 ms of an abort in mid-stream, and the sink hears nothing more", async () => {
    const { provider, stats } = await open();
    for (let round = 1; round <= 5; round += 1) {
      const sink = new RecordingSink();
      const under = provider.forward(requestFor("endless-1", { stream: true }), sink);
      await sink.begun;
      const told = [...sink.told];
      const abortedAt = systemClock.elapsed();
      under.abort();
      const { bytes } = sink;
      await until(() => stats().aborted === round);
      expect((stats().lastAborted.at(-1)?.noticedAtMs ?? Infinity) - abortedAt).toBeLessThanOrEqual(100);
      await ask(provider, requestFor("steady-1"));
      expect(sink.bytes).toBe(bytes);
      expect(sink.told).toEqual(told);
      under.abort();
      under.pause();
      under.resume();
    }
  });

  test("closes the upstream when it is aborted before the head", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("steady-1", { say: "simulate: hang" }), sink);
    await until(() => stats().open === 1);
    under.abort();
    await until(() => stats().aborted === 1);
    expect(sink.told).toEqual([]);
  });

  test("sends nothing when it is aborted before there is a connection", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    provider.forward(requestFor("steady-1", { say: "never" }), sink).abort();
    await ask(provider, requestFor("steady-1", { say: "next" }));
    expect(sink.told).toEqual([]);
    expect(stats().calls).toBe(1);
  });

  test("may be aborted from inside each of the sink's methods", async () => {
    const { provider, stats } = await open();
    for (const method of ["head", "data", "end"] as const) {
      const sink = new RecordingSink();
      const heard = sink[method].bind(sink) as (...given: unknown[]) => void;
      const under = provider.forward(requestFor("steady-1", { stream: true }), sink);
      const done = Promise.withResolvers<void>();
      sink[method] = (...given: unknown[]) => {
        heard(...given);
        under.abort();
        done.resolve();
      };
      await done.promise;
      await ask(provider, requestFor("steady-1"));
      expect(sink.told.at(-1)).toBe(method);
    }
    expect(stats().open).toBe(0);
  });

  test("sends no data while it is paused, and loses none", async () => {
    const { provider } = await open();
    const { provider: other } = await open();
    const expected = textIn((await ask(other, requestFor("large-1", { stream: true }))).body);
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("large-1", { stream: true }), sink);
    let pauses = 0;
    sink.onData = () => {
      if ((pauses += 1) % 50 === 1) under.pause();
    };
    await sink.begun;
    for (let round = 0; round < 3; round += 1) {
      const { bytes } = sink;
      await ask(provider, requestFor("steady-1"));
      expect(sink.bytes).toBe(bytes);
      pauses = 0;
      under.resume();
      await until(() => sink.bytes > bytes);
    }
    sink.onData = () => {};
    under.resume();
    await sink.over;
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(textIn(sink.body) === expected).toBe(true);
  });

  test("keeps an answer back that is paused before it begins", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("steady-1"), sink);
    under.pause();
    await until(() => sink.status === 200);
    for (let count = 0; count < 50; count += 1) await turn();
    expect(sink.told).toEqual(["head"]);
    under.resume();
    under.pause();
    under.resume();
    await sink.over;
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(stats().aborted).toBe(0);
  });
}

function life(open: Open): void {
  test("ends its connections on close: idle ones, and those of calls under way, which fail", async () => {
    const { provider, stats } = await open();
    await ask(provider, requestFor("steady-1"));
    const [streaming, silent] = [new RecordingSink(), new RecordingSink()];
    provider.forward(requestFor("endless-1", { stream: true }), streaming);
    provider.forward(requestFor("steady-1", { say: "simulate: hang" }), silent);
    await streaming.begun;
    await until(() => stats().open === 2);
    const { connections } = stats();
    await provider.close();
    await Promise.all([streaming.over, silent.over]);
    expect([streaming.error?.code, silent.error?.code]).toEqual(["provider_cut", "provider_unreachable"]);
    expect(connections).toBeGreaterThanOrEqual(2);
    await until(() => stats().connections === 0);
  });

  test("fails a call that comes after close", async () => {
    const { provider } = await open();
    await provider.close();
    const sink = await ask(provider, requestFor("steady-1"));
    expect(sink.error?.code).toBe("provider_unreachable");
  });
}
