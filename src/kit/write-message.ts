import type { Socket } from "node:net";

/** Up to so many bytes of body, a message goes out as one text, in one write; larger ones are not copied. */
export const ONE_WRITE_BYTES = 12 * 1024;

/** A message in HTTP/1.1, or a part of one. */
export interface Message {
  /** Head, or size of a chunk; one byte per character. */
  readonly before: string;
  readonly body: readonly Buffer[];
  readonly bodyBytes: number;
  /** What ends it; one byte per character. */
  readonly after?: string;
}

/** Writes a message with as few writes to the system as that takes; false where the socket has to hold some of it. */
export function writeMessage(socket: Socket, { before, body, bodyBytes, after = "" }: Message): boolean {
  if (bodyBytes <= ONE_WRITE_BYTES) {
    let text = before;
    for (const chunk of body) text += chunk.toString("latin1");
    return socket.write(text + after, "latin1");
  }
  socket.cork();
  socket.write(before, "latin1");
  for (const chunk of body) socket.write(chunk);
  if (after !== "") socket.write(after, "latin1");
  socket.uncork();
  return !socket.writableNeedDrain;
}
