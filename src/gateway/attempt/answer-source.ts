import type { RollwardError } from "../../domain/errors.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";
import type { Flow, Headers } from "../../ports/provider.ts";

/** Receives an answer in the client's dialect; exactly one of `end` and `fail` comes last. */
export interface AnswerSink {
  /** The provider's status line has arrived, with its headers where they are seen. */
  head(status: number, headers?: Headers): void;
  bytes(chunk: Buffer): void;
  end(): void;
  fail(error: RollwardError, original?: OriginalError): void;
}

/** A provider's own error answer, handed on to a client of the same dialect. */
export interface OriginalError {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Buffer;
}

/** An upstream answer as bytes of the client's dialect, whatever the provider speaks. */
export interface AnswerSource {
  readonly facts: AnswerFacts;
  /** The provider's own, once its head is there; absent where the client's dialect says it. */
  readonly contentType?: string | null;
  /** The bytes sent upstream, or `null` when the provider writes its own. */
  readonly sent: Buffer | null;
  /** Parts of the conversation that this provider was not given, by their names; absent where it was given all. */
  readonly leftOut?: readonly string[];
  start(sink: AnswerSink): Flow;
}
