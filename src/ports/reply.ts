/** The way back to the client, whatever the transport. After `end` or `destroy` nothing more is written. */
export interface Reply {
  /** Status and headers (lower-case names); once, before any byte. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** Hands bytes on; `false` means the client reads slower than we write: wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Ends the answer in good order. */
  end(chunk?: Buffer): void;
  /** Breaks the connection: the client cannot take the answer for complete. */
  destroy(): void;
  onDrain(resume: () => void): void;
  /** The client left before the end; called at most once. */
  onAbandoned(stop: () => void): void;
  /**
   * Runs something once what was handed over in this turn of the event loop is on its way, and before the next request of the
   * same connection is looked at. Absent where nothing is sent.
   */
  behind?(run: () => void): void;
}
