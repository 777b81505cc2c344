import type { RollwardError } from "../../domain/errors.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";
import type { Flow } from "../../ports/provider.ts";

/** Receives an answer in the client's dialect; exactly one of `end` and `fail` comes last. */
export interface AnswerSink {
  /** The provider's status line has arrived. */
  head(status: number): void;
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
  /** The bytes sent upstream, or `null` when the provider writes its own. */
  readonly sent: Buffer | null;
  start(sink: AnswerSink): Flow;
}
