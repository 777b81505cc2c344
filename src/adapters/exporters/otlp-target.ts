/** Where a signal is sent, as OTLP over HTTP. */
export interface OtlpTarget {
  /** With the signal's own path. */
  readonly url: string;
  /** Lower-case names; they may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Longest that one batch may take, ms. */
  readonly timeoutMs: number;
  /** Whether bodies are compressed (gzip). */
  readonly isCompressed: boolean;
  /** Whether a project names it: no address where clouds have their metadata is connected to. */
  readonly isGuarded: boolean;
}
