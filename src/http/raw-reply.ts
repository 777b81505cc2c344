import type { IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "../ports/reply.ts";

/**
 * A reply on Node's own response. A whole answer is held until its end, so that it goes out in one piece
 * with its length; a stream goes out as it comes, to a client that takes something of it every `stallMs`.
 */
export function createRawReply(request: IncomingMessage, response: ServerResponse, stallMs: number): Reply {
  let head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | null = null;
  const held: Buffer[] = [];
  let isStream = false;

  const sendHead = (length: number | null): void => {
    if (head === null || response.headersSent) return;
    response.writeHead(head.status, length === null ? head.headers : { ...head.headers, "content-length": length });
  };

  /** Node closes a connection on which nothing moves for so long. */
  const awaitDrain = (): boolean => {
    response.socket?.setTimeout(stallMs);
    return true;
  };

  return {
    head(status, headers) {
      isStream = headers["content-type"]?.startsWith("text/event-stream") === true;
      head = { status, headers: isStream ? { ...headers, "cache-control": "no-cache" } : headers };
      if (isStream) sendHead(null);
    },
    write(chunk) {
      if (isStream) return response.write(chunk) || !awaitDrain();
      held.push(chunk);
      return true;
    },
    end(chunk) {
      if (isStream) {
        response.end(chunk);
        return;
      }
      if (chunk !== undefined) held.push(chunk);
      const [only = Buffer.alloc(0)] = held;
      // Joined once: joining at every write would copy a long answer over and over.
      const whole = held.length > 1 ? Buffer.concat(held) : only;
      sendHead(whole.length);
      response.end(whole);
    },
    destroy() {
      request.socket.destroy();
    },
    onDrain(resume) {
      response.on("drain", () => {
        response.socket?.setTimeout(0);
        resume();
      });
    },
    onAbandoned(stop) {
      response.once("close", () => {
        if (!response.writableFinished) stop();
      });
    },
  };
}
