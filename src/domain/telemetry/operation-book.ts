import type { AttemptRecord, CallFacts } from "../call/call-record.ts";
import type { MeteredUsage } from "../money/price.ts";
import { countDuration, openHistogram } from "../series/histogram.ts";
import type { OpenHistogram } from "../series/histogram.ts";
import { OTHER } from "../series/series-cell.ts";
import { TOKEN_BOUNDS } from "./bounds.ts";
import { operationOf } from "../trace/provider-identity.ts";

/** Counts of tokens by `TOKEN_BOUNDS`, one more above. */
export interface TokenHistogram {
  readonly counts: number[];
  sum: number;
}

/**
 * One kind of operation: an attempt at a provider (`client`), or a call as its client saw it (`server`), whose provider is Rollward and
 * whose model is the endpoint.
 */
export interface OperationKind {
  readonly side: "client" | "server";
  readonly operation: string;
  /** In the words of the project. */
  readonly provider: string;
  readonly model: string;
  /** Code of the error; empty for those that ended well. */
  readonly errorType: string;
}

/** What operations of one kind came to. */
export interface OperationCount extends OperationKind {
  readonly duration: OpenHistogram;
  /** Of streams. */
  readonly first: OpenHistogram;
  readonly perToken: OpenHistogram;
  readonly input: TokenHistogram;
  readonly output: TokenHistogram;
}

/** Kinds that are told apart; what comes beyond is counted with the model `(other)`. */
const MOST = 1_000;

/** Counts operations as OpenTelemetry's GenAI conventions want them, since the process began. */
export class OperationBook {
  readonly #counts = new Map<string, OperationCount>();
  /** What was counted last on each side: most calls are like the one before, and comparing is sooner than making a key. */
  readonly #last: Record<OperationKind["side"], OperationCount | null> = { client: null, server: null };
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Counts a call that has ended, and its attempts; of copies and backtests the attempts alone. */
  note(facts: CallFacts): void {
    const operation = operationOf(facts.dialect);
    if (facts.backtest === undefined && facts.arm !== "shadow") this.#noteCall(operation, facts);
    for (const attempt of facts.attempts) {
      if (attempt.end !== "skipped") this.#noteAttempt(operation, facts.stream, attempt);
    }
  }

  all(): readonly OperationCount[] {
    return [...this.#counts.values()];
  }

  #noteCall(operation: string, facts: CallFacts): void {
    const { endpoint, provider, model, outcome, errorCode, totalMs, stream, firstTokenMs, usage } = facts;
    const asked = endpoint ?? (provider === null ? "" : `${provider}/${model ?? ""}`);
    const errorType = outcome === "ok" ? "" : (errorCode ?? "abandoned");
    const count = this.#of({ side: "server", operation, provider: "rollward", model: asked, errorType });
    countDuration(count.duration, totalMs);
    if (outcome !== "ok" || !stream || firstTokenMs === null) return;
    countDuration(count.first, firstTokenMs);
    const tokens = usage === null ? 0 : usage.output + usage.reasoning;
    if (tokens > 1) countDuration(count.perToken, (totalMs - firstTokenMs) / (tokens - 1));
  }

  #noteAttempt(operation: string, stream: boolean, attempt: AttemptRecord): void {
    const { provider, model, error, startMs, firstByteMs, endMs, usage } = attempt;
    const errorType = error === null ? "" : error.code;
    const count = this.#of({ side: "client", operation, provider, model, errorType });
    countDuration(count.duration, endMs - startMs);
    if (stream && firstByteMs !== null) countDuration(count.first, firstByteMs - startMs);
    // The conventions forbid to report what was only estimated.
    if (usage !== null && !usage.estimated) countUsage(count, usage);
  }

  #of(kind: OperationKind): OperationCount {
    const last = this.#last[kind.side];
    if (last !== null && isSameKind(last, kind)) return last;
    const count = this.#find(kind);
    this.#last[kind.side] = count;
    return count;
  }

  #find(kind: OperationKind): OperationCount {
    const { side, operation, provider, model, errorType } = kind;
    const key = `${side}\n${operation}\n${provider}\n${errorType}\n${model}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (this.#counts.size >= this.#most && model !== OTHER) {
      return this.#find({ ...kind, provider: side === "server" ? provider : OTHER, model: OTHER });
    }
    const made: OperationCount = {
      ...kind,
      duration: openHistogram(),
      first: openHistogram(),
      perToken: openHistogram(),
      input: openTokens(),
      output: openTokens(),
    };
    this.#counts.set(key, made);
    return made;
  }
}

const isSameKind = (one: OperationKind, other: OperationKind): boolean =>
  one.model === other.model &&
  one.provider === other.provider &&
  one.operation === other.operation &&
  one.errorType === other.errorType;

const openTokens = (): TokenHistogram => ({ counts: Array.from({ length: TOKEN_BOUNDS.length + 1 }, () => 0), sum: 0 });

function countUsage(count: OperationCount, { input, cachedInput, cacheWrite, output, reasoning }: MeteredUsage): void {
  countTokens(count.input, input + cachedInput + cacheWrite);
  countTokens(count.output, output + reasoning);
}

function countTokens(histogram: TokenHistogram, tokens: number): void {
  let bucket = 0;
  while (bucket < TOKEN_BOUNDS.length && tokens > (TOKEN_BOUNDS[bucket] ?? Infinity)) bucket += 1;
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sum += tokens;
}
