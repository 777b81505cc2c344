import { expect, test } from "vitest";
import { createBedrock } from "../../src/adapters/providers/aws/bedrock.ts";
import { createGemini } from "../../src/adapters/providers/gemini.ts";
import type { Provider } from "../../src/ports/provider.ts";
import { bedrockWire } from "../fixtures/bedrock-upstream.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { VendorWire } from "../fixtures/scripted-upstream.ts";
import { questionFor } from "./conversing-subject.ts";

const SECRET = "a-secret-access-key-of-the-test";
const TRACE = ["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate", "a=1"];

const TERMS = {
  name: "vendor",
  prices: new Map(),
  answerBytes: 1_000_000,
  breaker: null,
  allowPrivate: false,
} as const;

interface Vendor {
  readonly model: string;
  readonly wire: VendorWire;
  readonly open: (origin: string) => Provider | Promise<Provider>;
}

const VENDORS: Readonly<Record<string, Vendor>> = {
  gemini: {
    model: "gemini-3.5-flash",
    wire: geminiWire(SECRET),
    open: (origin) => createGemini({ ...TERMS, baseUrl: `${origin}/v1beta`, keys: [SECRET], keyEnv: "K" }),
  },
  bedrock: {
    model: "anthropic.claude-haiku-4-5-20251001-v1:0",
    wire: bedrockWire(SECRET),
    open: (origin) =>
      createBedrock({
        ...TERMS,
        baseUrl: origin,
        region: "eu-central-1",
        keys: [],
        keyEnv: "K",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: null },
        clock: new HandClock(),
      }),
  },
};

test.each(Object.entries(VENDORS))(
  "%s is told of a trace where a call says so, and of none otherwise",
  async (_, { model, wire, open }) => {
    const upstream = await startScriptedUpstream(wire);
    const provider = await open(upstream.origin);
    for (const trace of [TRACE, undefined]) {
      const next = upstream.nextRequest();
      const request = { ...questionFor(model, false), ...(trace !== undefined && { trace }) };
      const done = Promise.withResolvers<void>();
      const sink = { event: () => {}, end: () => done.resolve(), fail: (error: Error) => done.reject(error) };
      if (provider.speaks === null) provider.converse(request, sink);
      await done.promise;
      const { traceparent, tracestate } = (await next).headers;
      expect([traceparent, tracestate]).toEqual(trace === undefined ? [undefined, undefined] : [trace[1], trace[3]]);
    }
    await provider.close();
    await upstream.close();
  },
);
