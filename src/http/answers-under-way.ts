import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The answers that Node's server has under way, by connection. What is wrong with a connection is said where no answer is in front
 * of it, and nowhere else: it would be read as a part of that answer, or as the answer to another request.
 */
export class AnswersUnderWay {
  readonly #open = new WeakMap<Socket, Set<ServerResponse>>();
  readonly #closing = new WeakSet<Socket>();

  /** Follows the answers of a server that does not listen yet. */
  follow(server: Server): void {
    server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
      const open = this.#open.get(socket) ?? new Set();
      open.add(response);
      this.#open.set(socket, open);
      response.once("close", () => this.#ended(socket, response));
    });
  }

  /** Whether a request on it has begun whose answer is not out. */
  isAnswering(socket: Socket): boolean {
    return (this.#open.get(socket)?.size ?? 0) > 0;
  }

  /**
   * Ends a connection on which nothing more can be read. Answers to whole requests leave first, and nothing is said then;
   * else `refusal` is the answer to what could not be read.
   */
  refuse(socket: Socket, refusal: () => string): void {
    // As Node does it: who will send no more gets what is on its way.
    if (socket.readableEnded && this.isAnswering(socket)) return socket.destroySoon();
    if (this.#awaitsWhole(socket)) return this.closeBehind(socket);
    const [own] = this.#open.get(socket) ?? [];
    // Its request broke off in the middle, and the client must not take what there is of its answer for all of it.
    if (own !== undefined && own.headersSent && !own.writableEnded) return void socket.destroy();
    if (socket.writable && own?.headersSent !== true) socket.write(refusal());
    socket.destroySoon();
  }

  /** Ends a connection when the answers that are under way are out. */
  closeBehind(socket: Socket): void {
    this.#closing.add(socket);
  }

  #awaitsWhole(socket: Socket): boolean {
    for (const { req } of this.#open.get(socket) ?? []) if (req.complete) return true;
    return false;
  }

  #ended(socket: Socket, response: ServerResponse): void {
    this.#open.get(socket)?.delete(response);
    if (this.#closing.has(socket) && !this.#awaitsWhole(socket)) socket.destroySoon();
  }
}
