import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { EventReader } from "../../../../ports/dialect.ts";
import { eventReaderOf } from "../../event-readers.ts";
import type { ToldAnswer } from "../../event-readers.ts";
import type { StreamEvent } from "../../event-stream.ts";
import { CommonFacts } from "../../common-facts.ts";
import { EventTranslator } from "./event-translator.ts";
import { messageIn } from "./message-in.ts";

/** Reads an answer of the Messages API as canonical events, streamed or whole. */
export const eventReader = (stream: boolean): EventReader => eventReaderOf(stream, new ToldMessage());

class ToldMessage implements ToldAnswer {
  readonly faults = new CommonFacts();
  readonly #translator = new EventTranslator(this.faults);

  event({ body }: StreamEvent): readonly CallEvent[] {
    return body === null ? [] : this.#translator.translate(body);
  }

  /** `message_stop` has said it all. */
  rest(): readonly CallEvent[] {
    return [];
  }

  document(bytes: Buffer): readonly CallEvent[] {
    const message = messageIn(bytes, this.faults);
    return message === null ? [] : this.#translator.translateMessage(message);
  }
}
