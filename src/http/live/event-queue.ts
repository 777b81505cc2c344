import type { LiveMessage } from "./live-hub.ts";

/** Where events are written: true while the connection takes more. */
export interface EventSink {
  write(text: string): boolean;
}

/** Beats at which a connection has taken nothing after which nobody is there any more. */
const MOST_BLOCKED_BEATS = 4;

/** Messages that wait for a slow listener; more are left out, and it is told how many. */
const MOST_WAITING = 200;

interface Waiting {
  readonly message: LiveMessage;
  readonly id: string;
}

/**
 * The messages of one listener, in order. While its connection takes nothing they wait, a bounded number; the oldest
 * make room, and the next message that goes out says how many are missing.
 */
export class EventQueue {
  readonly #sink: EventSink;
  readonly #waiting: Waiting[] = [];
  #isBlocked = false;
  #blockedBeats = 0;
  #dropped = 0;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  add(message: LiveMessage, id: string): void {
    if (!this.#isBlocked) {
      this.#send({ message, id });
      return;
    }
    // A topic that says only that something happened need not say it twice.
    const isSaid = message.data === undefined && this.#waiting.some((each) => isPlain(each, message.topic));
    if (isSaid) return;
    this.#waiting.push({ message, id });
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#waiting.shift();
    this.#dropped += 1;
  }

  /** Keeps the connection alive; left out while it takes nothing. False when it has taken nothing for four beats. */
  beat(): boolean {
    if (!this.#isBlocked) {
      this.#isBlocked = !this.#sink.write(": alive\n\n");
      return true;
    }
    this.#blockedBeats += 1;
    return this.#blockedBeats < MOST_BLOCKED_BEATS;
  }

  /** The connection takes something again. */
  drained(): void {
    this.#isBlocked = false;
    this.#blockedBeats = 0;
    while (!this.#isBlocked) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#send(next);
    }
  }

  #send({ message, id }: Waiting): void {
    const dropped = this.#dropped > 0 ? { dropped: this.#dropped } : {};
    this.#dropped = 0;
    const idLine = id === "" ? "" : `id: ${id}\n`;
    this.#isBlocked = !this.#sink.write(`${idLine}data: ${JSON.stringify({ ...message, ...dropped })}\n\n`);
  }
}

const isPlain = ({ message }: Waiting, topic: string): boolean => message.topic === topic && message.data === undefined;
