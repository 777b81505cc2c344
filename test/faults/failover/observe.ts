import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { ANSWER, normalised } from "../../fixtures/faulty-provider/answer-text.ts";
import { ADMIN_KEY } from "../../fixtures/running-server.ts";
import { readAnswer } from "./read-answer.ts";
import type { ReadAnswer } from "./read-answer.ts";

/** One call to the gateway. */
export interface Ask {
  readonly url: string;
  readonly endpoint: string;
  readonly stream: boolean;
  /** A call that is not over by then hangs, milliseconds. */
  readonly limitMs: number;
  /** What a whole answer says; the provider's fixed text unless told. */
  readonly expected?: string;
  /** Further fields of the request. */
  readonly fields?: object;
}

/**
 * What the caller saw: the whole answer, an explicit error (status, error event or broken transport), a success that
 * is not the whole answer, or no end.
 */
export type SeenAs = "whole" | "error" | "truncated" | "hang";

/** One call as its caller saw it. Times in milliseconds since it was sent. */
export interface Observation extends ReadAnswer {
  readonly seenAs: SeenAs;
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  /** Whether the transport ended in good order. */
  readonly ended: boolean;
  readonly firstByteMs: number | null;
  readonly elapsedMs: number;
}

interface Transport {
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly ended: boolean;
  readonly expired: boolean;
  readonly firstByteMs: number | null;
  readonly elapsedMs: number;
}

/** Makes one call with a client that believes nothing: it reads bytes, and judges only when the transport is over. */
export async function observe(ask: Ask): Promise<Observation> {
  const { expired, body, ...transport } = await exchange(ask);
  const read = readAnswer(body, transport.headers["content-type"] ?? "");
  const seenAs = expired ? "hang" : seenWithout(transport, read, ask.expected ?? ANSWER);
  return { ...transport, ...read, seenAs };
}

function seenWithout(
  { status, ended }: Pick<Transport, "status" | "ended">,
  read: ReadAnswer,
  expected: string,
): SeenAs {
  if (!ended || status === null || status >= 400 || read.error !== null) return "error";
  // Not the sentinel, which some providers leave out, and not the transport alone: a finish reason must have come.
  return read.finishReason !== null && normalised(read.text) === normalised(expected) ? "whole" : "truncated";
}

function exchange({ url, endpoint, stream, limitMs, fields = {} }: Ask): Promise<Transport> {
  const startedAt = performance.now();
  const { promise, resolve } = Promise.withResolvers<Transport>();
  const chunks: Buffer[] = [];
  let head: Pick<Transport, "status" | "headers"> = { status: null, headers: {} };
  let firstByteMs: number | null = null;
  const finish = (how: Pick<Transport, "ended" | "expired">): void => {
    clearTimeout(timer);
    const elapsedMs = performance.now() - startedAt;
    resolve({ ...head, ...how, body: Buffer.concat(chunks), firstByteMs, elapsedMs });
    outgoing.destroy();
  };
  const outgoing = request(`${url}/v1/chat/completions`, {
    method: "POST",
    agent: false,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
  });
  const timer = setTimeout(() => finish({ ended: false, expired: true }), limitMs);
  outgoing.on("error", () => finish({ ended: false, expired: false }));
  outgoing.on("response", (incoming) => {
    head = { status: incoming.statusCode ?? null, headers: incoming.headers };
    incoming.on("data", (chunk: Buffer) => {
      firstByteMs ??= performance.now() - startedAt;
      chunks.push(chunk);
    });
    incoming.on("error", () => {});
    incoming.on("close", () => finish({ ended: incoming.complete, expired: false }));
  });
  outgoing.end(JSON.stringify({ ...bodyFor(endpoint, stream), ...fields }));
  return promise;
}

const bodyFor = (model: string, stream: boolean): object => ({
  model,
  messages: [{ role: "user", content: "Say what you always say." }],
  ...(stream && { stream: true, stream_options: { include_usage: true } }),
});
