import { createServer } from "node:net";
import type { Socket } from "node:net";

/** Events of one streamed answer. */
const EVENTS = 100;

const USAGE = { prompt_tokens: 250, completion_tokens: 60, total_tokens: 310 };

const WHOLE = json({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "bench-1",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Your order is on its way. ".repeat(12) },
      finish_reason: "stop",
    },
  ],
  usage: USAGE,
});

const chunkOf = (fields: object): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1_700_000_000, model: "bench-1", ...fields })}\n\n`;

const DELTA = httpChunk(chunkOf({ choices: [{ index: 0, delta: { content: "token " }, finish_reason: null }] }));
const FIRST = httpChunk(
  chunkOf({ choices: [{ index: 0, delta: { role: "assistant", content: "token " }, finish_reason: null }] }),
);
const LAST = Buffer.concat([
  httpChunk(chunkOf({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })),
  httpChunk(chunkOf({ choices: [], usage: USAGE })),
  httpChunk("data: [DONE]\n\n"),
  Buffer.from("0\r\n\r\n"),
]);
const STREAM_HEAD = Buffer.from(
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n",
);

function json(body: object): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function httpChunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

/**
 * Answers every request at once with the same bytes: the cheapest upstream that is still real HTTP. It reads
 * lengths only, so that what is measured is the proxies in front of it.
 */
function serve(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = pending.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(pending.toString("latin1", 0, headEnd))?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (pending.length < end) return;
      const body = pending.subarray(headEnd, end);
      const isStream = body.includes('"stream":true');
      const isCut = body.includes('"user":"cut"');
      pending = pending.subarray(end);
      if (isStream) stream(socket, isCut ? EVENTS / 2 : Number.POSITIVE_INFINITY);
      else if (isCut) socket.end(WHOLE.subarray(0, WHOLE.length / 2));
      else socket.write(WHOLE);
    }
  });
}

/** One event per turn of the loop, as models send them: one piece of text at a time. After `cutAfter` it breaks off. */
function stream(socket: Socket, cutAfter: number): void {
  socket.write(STREAM_HEAD);
  socket.write(FIRST);
  let sent = 1;
  const next = (): void => {
    if (socket.destroyed) return;
    if (sent >= cutAfter) {
      socket.destroy();
      return;
    }
    if (sent >= EVENTS) {
      socket.write(LAST);
      return;
    }
    sent += 1;
    if (socket.write(DELTA)) setImmediate(next);
    else socket.once("drain", next);
  };
  setImmediate(next);
}

const server = createServer(serve);
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
});
