/** Ways in which an exchange fails that no socket reports; `transportError` has the words for each. */
export type FailureCode =
  | "ROLLWARD_CLOSED"
  | "ROLLWARD_OUT_OF_SERVICE"
  | "ROLLWARD_NO_HTTP"
  | "ROLLWARD_HEAD_TOO_LARGE"
  | "ROLLWARD_TOO_MANY_INFORMATIONAL"
  | "ROLLWARD_UPGRADE";

/** A transport that failed without an error of the socket's own. The words hold nothing of what the provider sent. */
export class TransportFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, words: string) {
    super(words);
    this.code = code;
  }
}
