import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { turn } from "../fixtures/recording-sink.ts";
import { FORMS, TEXT, ask, questionFor } from "./conversing-subject.ts";
import type { EventLog, Open, Scene } from "./conversing-subject.ts";

/** Answers arrive complete and in order, streamed and whole. */
export function answers(open: Open): void {
  test.each(FORMS)("gives a text with its model, usage and end in this order, %s", async (_, stream) => {
    const { provider, model, play } = await open();
    play("text");
    const log = await ask(provider, questionFor(model, stream));
    expect(log.error).toBeNull();
    expect(log.ends).toBe(1);
    expect(log.text).toBe(TEXT);
    expect(log.events[0]).toMatchObject({ type: "answer-start", model });
    // Some providers count the input at once.
    expect(log.events.slice(1, -2).every(({ type }) => type === "text-delta" || type === "usage")).toBe(true);
    expect(log.events.at(-2)).toMatchObject({ type: "usage" });
    expect(log.events.at(-1)).toEqual({ type: "end", finishReason: "stop" });
  });

  test.each(FORMS)("gives text and several tool calls, one of them without arguments, %s", async (_, stream) => {
    const { provider, model, play } = await open();
    play("tools");
    const log = await ask(provider, questionFor(model, stream));
    expect(log.text).toBe("Let me look.");
    expect(log.toolCalls.map(({ name, arguments: text }) => [name, JSON.parse(text) as unknown])).toEqual([
      ["lookup", { order: "7" }],
      ["now", {}],
    ]);
    expect(new Set(log.toolCalls.map(({ id }) => id)).size).toBe(2);
    expect(log.events.at(-1)).toEqual({ type: "end", finishReason: "tool_calls" });
  });

  test.each(FORMS)("keeps many calls at a time apart, %s", async (_, stream) => {
    const { provider, model, play } = await open();
    const scenes: readonly Scene[] = ["text", "tools", "refused", "text", "cut", "tools", "overloaded", "text"];
    for (const scene of scenes) play(scene);
    const logs = await Promise.all(scenes.map(() => ask(provider, questionFor(model, stream))));
    const count = (told: (log: EventLog) => boolean): number => logs.filter(told).length;
    expect(count(({ error, text }) => error === null && text === TEXT)).toBe(3);
    expect(count(({ error, toolCalls }) => error === null && toolCalls.length === 2)).toBe(2);
    expect(count(({ error, ends }) => error !== null && ends === 0)).toBe(3);
  });

  test.each(FORMS)("serves the next call over the same connection, %s", async (_, stream) => {
    const { provider, model, play, nextRequest } = await open();
    const ports = new Set<number | undefined>();
    for (let round = 0; round < 3; round += 1) {
      play("text");
      const request = nextRequest();
      await ask(provider, questionFor(model, stream));
      const { port, over } = await request;
      await over;
      await turn();
      ports.add(port);
    }
    expect(ports.size).toBe(1);
  });
}

const FAULTS: readonly (readonly [Scene, ErrorCode, boolean])[] = [
  ["rate-limited", "provider_rate_limited", true],
  ["overloaded", "provider_error", true],
  ["broken", "provider_error", true],
  ["refused", "provider_refused_request", false],
  ["credentials", "provider_credentials", false],
  ["web-page", "provider_bad_answer", true],
  ["malformed", "provider_bad_answer", true],
];

const STREAM_FAULTS: readonly (readonly [Scene, ErrorCode, string])[] = [
  ["error-at-once", "provider_error", "nothing"],
  ["error-in-mid-stream", "provider_error", "some text"],
  ["cut", "provider_cut", "some text"],
  ["short", "provider_cut", "some text"],
];

/** Every fault of the provider is an error of the table, said once, and never looks like an end. */
export function faults(open: Open): void {
  for (const [form, stream] of FORMS) {
    test.each(FAULTS)(`turns an answer that is %s into %s, ${form}`, async (scene, code, retryable) => {
      const { provider, model, play, secret } = await open();
      play(scene);
      const { error, ends, events } = await ask(provider, questionFor(model, stream));
      expect(error).toMatchObject({ code, retryable });
      expect([ends, events]).toEqual([0, []]);
      expect(JSON.stringify([error?.message, error?.help, error?.details, String(error?.cause)])).not.toContain(secret);
    });
  }

  test.each(STREAM_FAULTS)("turns a stream that ends with %s into %s after %s", async (scene, code, text) => {
    const { provider, model, play } = await open();
    play(scene);
    const log = await ask(provider, questionFor(model, true));
    expect(log.error).toMatchObject({ code, retryable: true });
    expect(log.ends).toBe(0);
    expect(log.text !== "" && TEXT.startsWith(log.text)).toBe(text !== "nothing");
    expect(log.events.some(({ type }) => type === "end")).toBe(false);
  });

  test("turns a whole answer that is cut into provider_cut", async () => {
    const { provider, model, play } = await open();
    play("cut");
    const { error, events } = await ask(provider, questionFor(model, false));
    expect(error).toMatchObject({ code: "provider_cut", retryable: true });
    expect(events).toEqual([]);
  });

  test("says provider_unreachable when nobody listens", async () => {
    const { providerAt, model } = await open();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const provider = await providerAt(`http://127.0.0.1:${port}/v1`);
    const { error } = await ask(provider, questionFor(model, true));
    expect(error).toMatchObject({ code: "provider_unreachable", retryable: true });
    await provider.close();
  });

  test("says provider_timeout when a connection does not come about in time", async () => {
    const { providerAt, model } = await open();
    // It accepts connections and never begins the TLS handshake that was asked for.
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const provider = await providerAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    const { error } = await ask(provider, { ...questionFor(model, true), connectMs: 50 });
    expect(error).toMatchObject({ code: "provider_timeout", retryable: true });
    await provider.close();
    server.close();
  });
}
