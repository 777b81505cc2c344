import { isRecord } from "../../is-record.ts";
import { errorWords } from "./error-words.ts";
import type { GatheredFacts } from "./gathered-facts.ts";

/** Largest whole answer that is held to be read, bytes; a server sets its own smaller limit elsewhere. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A message of the API as parsed. */
export type MessageBody = Readonly<Record<string, unknown>>;

/** Holds an answer that comes in one document until all of it is there. */
export class HeldDocument {
  readonly #fault: Pick<GatheredFacts, "fault" | "fail">;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(fault: Pick<GatheredFacts, "fault" | "fail">) {
    this.#fault = fault;
  }

  push(chunk: Buffer): void {
    if (this.#fault.fault !== null) return;
    this.#length += chunk.length;
    this.#chunks.push(chunk);
    if (this.#length <= MOST_BYTES) return;
    this.#fault.fail("provider_bad_answer", `it has more than ${MOST_BYTES} bytes`);
    this.#chunks = [];
  }

  /** The bytes, and the message in them; `null` when it is none, which is a fault then. */
  end(): { readonly bytes: Buffer; readonly message: MessageBody } | null {
    if (this.#fault.fault !== null) return null;
    const [only = Buffer.alloc(0)] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : only;
    const message = this.#messageIn(bytes.toString());
    return message === null ? null : { bytes, message };
  }

  #messageIn(text: string): MessageBody | null {
    const body = parsed(text);
    if (body === undefined) {
      const isPage = text.trimStart().startsWith("<");
      return this.#bad(isPage ? "it is a web page" : "it is not JSON");
    }
    if (!isRecord(body)) return this.#bad("it is not a JSON object");
    if (body["type"] === "error" || body["error"] != null) {
      this.#fault.fail("provider_error", errorWords(body["error"]));
      return null;
    }
    return Array.isArray(body["content"]) ? body : this.#bad("it has no content");
  }

  #bad(reason: string): null {
    this.#fault.fail("provider_bad_answer", reason);
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
