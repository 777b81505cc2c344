import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { ADMIN_KEY } from "../../fixtures/running-server.ts";

/** A streamed call whose client decides when to read and when to leave. */
export interface AbandonedCall {
  /** The head, when it has come. */
  readonly headed: Promise<IncomingMessage>;
  /** Leaves at once, without a word. */
  leave(): void;
}

/** Sends a streamed call to an endpoint. Nothing is read before the test reads it. */
export function sendToAbandon(url: string, endpoint: string): AbandonedCall {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  const outgoing: ClientRequest = request(`${url}/v1/chat/completions`, {
    method: "POST",
    agent: false,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
  });
  outgoing.on("error", () => {});
  outgoing.on("response", (incoming) => {
    incoming.on("error", () => {});
    resolve(incoming);
  });
  outgoing.end(JSON.stringify({ model: endpoint, stream: true, messages: [{ role: "user", content: "Go on." }] }));
  return { headed: promise, leave: () => void outgoing.destroy() };
}

/** Resolves with the first bytes of the body; the answer is paused then. */
export function firstBytes(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    incoming.once("data", (chunk: Buffer) => {
      incoming.pause();
      resolve(chunk);
    });
  });
}
