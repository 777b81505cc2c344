import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { RecordingSink, until } from "../fixtures/recording-sink.ts";
import { aborts, order, pauses } from "./provider-flow.contract.ts";
import { SENTINEL, ask, opener, requestFor, textIn } from "./provider-subject.ts";
import type { Open, WireProviderSubject } from "./provider-subject.ts";

/** What every provider that takes a client dialect's bytes must do, over real HTTP. */
export function wireProviderContract(subject: WireProviderSubject): void {
  describe(`${subject.name} as a wire provider`, () => {
    const open = opener(subject);
    bytes(open);
    if (subject.isWrapped !== true) headers(subject, open);
    answers(open);
    faults(open);
    secrets(subject, open);
    aborts(open);
    pauses(open);
    order(open);
    life(open);
  });
}

const bearer = (key: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${key}` });

function bytes(open: Open): void {
  test("sends the bytes of the request as they are", async () => {
    const { provider, stats } = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.json({ stringUnit: "grapheme" }),
        fc.constantFrom("", " ", "\r\n\t"),
        async (extra, space) => {
          const bytes = Buffer.from(
            `{${space}"model":"steady-1","metadata":${extra},"messages":[{"role":"user"}]${space}}`,
          );
          const sink = await ask(provider, { ...requestFor("steady-1"), bytes });
          expect(sink.status).toBe(200);
          expect(stats().lastCalls.at(-1)?.body.equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("sends a request of several megabytes whole", async () => {
    const { provider, stats } = await open();
    const request = requestFor("steady-1", { say: "long ".repeat(1_500_000) });
    await ask(provider, request);
    expect(stats().lastCalls.at(-1)?.body.equals(request.bytes)).toBe(true);
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

function headers(subject: WireProviderSubject, open: Open): void {
  test("sends headers of its own and no others", async () => {
    const { provider, stats } = await open();
    const request = requestFor("steady-1");
    await ask(provider, request);
    const { host, ...sent } = stats().lastCalls.at(-1)?.headers ?? {};
    expect(host).toMatch(subject.host ?? /^127\.0\.0\.1:\d+$/);
    expect(sent).toEqual({
      connection: "keep-alive",
      "content-type": "application/json",
      "content-length": String(request.bytes.length),
      accept: "application/json, text/event-stream",
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^rollward\/\d+\.\d+\.\d+$/),
      ...(subject.takesKey ? (subject.keyHeaders ?? bearer)(SENTINEL) : {}),
    });
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

/** Faults the transport reports, with and without a stream. */
const TRANSPORT_FAULTS: readonly {
  readonly fault: string;
  readonly code: ErrorCode;
  readonly told: readonly string[];
}[] = [
  { fault: "reset", code: "provider_unreachable", told: ["fail"] },
  { fault: "cut", code: "provider_cut", told: ["head", "data", "fail"] },
];

/** Faults that are answers with a status. */
const STATUS_FAULTS: readonly { readonly fault: string; readonly code: ErrorCode; readonly retryable: boolean }[] = [
  { fault: "rateLimited", code: "provider_rate_limited", retryable: true },
  { fault: "serverError", code: "provider_error", retryable: true },
  { fault: "unauthorized", code: "provider_credentials", retryable: false },
  { fault: "contextLength", code: "provider_context_overflow", retryable: false },
  { fault: "contentPolicy", code: "provider_content_policy", retryable: false },
];

/** Faults that only a reader of the dialect can see. */
const INNER_FAULTS = ["malformed", "refusal", "html", "errorEvent", "missingDone"];

function faults(open: Open): void {
  describe.each([{ stream: true }, { stream: false }])("with faults of the provider, stream $stream", ({ stream }) => {
    test.each(TRANSPORT_FAULTS)("reports $fault as $code", async ({ fault, code, told }) => {
      const { provider } = await open();
      const sink = await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
      expect(sink.error?.code).toBe(code);
      expect(sink.error?.retryable).toBe(true);
      expect(sink.error?.cause).toBeInstanceOf(Error);
      expect(sink.told).toEqual(told);
    });

    test.each(STATUS_FAULTS)("turns the answer of $fault into $code", async ({ fault, code, retryable }) => {
      const { provider } = await open();
      const sink = await ask(provider, requestFor("steady-1", { say: `simulate: ${fault}`, stream }));
      expect(sink.told).toEqual(["head", "data", "end"]);
      expect(sink.status).toBeGreaterThanOrEqual(400);
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
        expect([fault, ...next.told]).toEqual([fault, "head", "data", "end"]);
      }
    });
  });
}

function secrets(subject: WireProviderSubject, open: Open): void {
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
    expect(stats().lastCalls[0]?.headers).toMatchObject((subject.keyHeaders ?? bearer)(SENTINEL));
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
