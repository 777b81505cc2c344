import type { CallRecord } from "../../domain/call/call-record.ts";
import type { Evaluation } from "../../domain/trace/evaluation.ts";
import { whyKept } from "../../domain/trace/sample-trace.ts";
import type { TraceSettings } from "../../domain/trace/trace-settings.ts";
import { wantsContent } from "../../domain/trace/wants-content.ts";
import { fullJitterMs } from "../../kit/backoff.ts";
import { BoundedQueue } from "../../kit/bounded-queue.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TraceCounts, TraceExporter } from "../../ports/trace-exporter.ts";
import { joinItems, weightOf } from "./export-batch.ts";
import type { ExportItem } from "./export-batch.ts";
import type { ExportThread } from "./export-thread.ts";
import type { ExportNews, ExportOrder, SignalNews } from "./export-worker.ts";

/** How traces are sent at the moment. */
export interface ExportTerms {
  readonly settings: Pick<TraceSettings, "sample" | "content">;
  /** The same object as long as nothing has changed. */
  readonly order: ExportOrder;
}

/** Bounds of the exporter. What is being sent counts until the receiver has taken it. */
export interface ExporterLimits {
  /** Calls and scores that may wait, and their bytes. */
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly batchItems: number;
  readonly batchBytes: number;
  /** How long they are gathered at most, ms. */
  readonly everyMs: number;
  /** Longest pause after a failure, ms. */
  readonly maxBackoffMs: number;
}

/** What the exporter is plugged into. */
export interface ExporterTerms {
  readonly clock: Clock;
  /** A draw in [0, 1). */
  random(): number;
  readonly thread: ExportThread;
  /** `null` while nothing is sent. Asked for every call, so it must be quick. */
  terms(): ExportTerms | null;
  readonly limits?: Partial<ExporterLimits>;
}

/** Half a minute of a busy server while the receiver is away, in sixteen megabytes. */
const DEFAULT_LIMITS: ExporterLimits = {
  maxItems: 8_192,
  maxBytes: 16 * 1024 * 1024,
  batchItems: 256,
  batchBytes: 2 * 1024 * 1024,
  everyMs: 1_000,
  maxBackoffMs: 30_000,
};

const FIRST_BACKOFF_MS = 1_000;
/** Longest that the end of the server waits for a receiver, ms. */
const CLOSE_MS = 5_000;

/**
 * Sends kept traces in batches, one under way at a time, the same one again while the receiver is away. When there is no
 * more room new ones are dropped and counted.
 */
export function createOtlpExporter(terms: ExporterTerms): TraceExporter {
  return new OtlpExporter(terms);
}

class OtlpExporter implements TraceExporter {
  readonly #plugged: ExporterTerms;
  readonly #limits: ExporterLimits;
  readonly #queue: BoundedQueue<ExportItem>;
  /** Taken from the queue and not yet with the receiver. */
  #batch: readonly ExportItem[] = [];
  #batchBytes = 0;
  #counts = { kept: 0, passedOver: 0, sentSpans: 0, rejectedSpans: 0, sentScores: 0, dropped: 0 };
  #trouble: string | null = null;
  /** In a row. */
  #failures = 0;
  #sending: Promise<void> | null = null;
  #disarm: (() => void) | null = null;
  #isClosing = false;

  constructor(plugged: ExporterTerms) {
    this.#plugged = plugged;
    this.#limits = { ...DEFAULT_LIMITS, ...plugged.limits };
    const { maxItems, maxBytes } = this.#limits;
    this.#queue = new BoundedQueue({ maxItems, maxBytes });
  }

  offer(call: CallRecord): void {
    const terms = this.#plugged.terms();
    if (terms === null || terms.order.traces === null) return;
    const because = whyKept(call.facts, terms.settings.sample);
    if (because === null) {
      this.#counts.passedOver += 1;
      return;
    }
    this.#counts.kept += 1;
    this.#take({ type: "call", because, wantsContent: wantsContent(call.facts, terms.settings.content), call });
  }

  evaluated(evaluation: Evaluation): void {
    const terms = this.#plugged.terms();
    if (terms === null || terms.order.logs === null) return;
    this.#take({ type: "score", wantsContent: terms.settings.content === "all", evaluation });
  }

  counts(): TraceCounts {
    const waiting = this.#queue.length + this.#batch.length;
    return { ...this.#counts, waiting, waitingBytes: this.#queue.bytes + this.#batchBytes, trouble: this.#trouble };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const over = Promise.withResolvers<void>();
    const disarm = this.#plugged.clock.after(CLOSE_MS, over.resolve);
    await Promise.race([this.#sendRest(), over.promise]);
    disarm();
    this.#disarm?.();
    this.#counts.dropped += this.#queue.length + this.#batch.length;
    await this.#plugged.thread.close();
  }

  async #sendRest(): Promise<void> {
    await this.#sending;
    do await this.#send();
    while (this.#failures === 0 && this.#queue.length + this.#batch.length > 0);
  }

  #take(item: ExportItem): void {
    const bytes = weightOf(item);
    const hasRoom =
      this.#queue.length + this.#batch.length < this.#limits.maxItems &&
      this.#queue.bytes + this.#batchBytes + bytes <= this.#limits.maxBytes;
    if (!hasRoom || !this.#queue.offer(item, bytes)) {
      this.#counts.dropped += 1;
      return;
    }
    if (this.#disarm === null && this.#sending === null && !this.#isClosing) this.#arm(this.#limits.everyMs);
  }

  #arm(ms: number): void {
    this.#disarm = this.#plugged.clock.after(ms, () => {
      this.#disarm = null;
      void this.#send();
    });
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendOnce().finally(() => {
      this.#sending = null;
      if (this.#queue.length + this.#batch.length > 0 && !this.#isClosing) this.#arm(this.#pauseMs());
    });
    return this.#sending;
  }

  /** A full batch that waits goes at once. */
  #pauseMs(): number {
    const { everyMs, maxBackoffMs, batchItems } = this.#limits;
    if (this.#failures === 0) return this.#queue.length >= batchItems ? 0 : everyMs;
    const retry = this.#failures - 1;
    const draw = fullJitterMs({
      retry,
      firstMs: FIRST_BACKOFF_MS,
      longestMs: maxBackoffMs,
      random: this.#plugged.random(),
    });
    return Math.max(FIRST_BACKOFF_MS, draw);
  }

  async #sendOnce(): Promise<void> {
    const terms = this.#plugged.terms();
    if (terms === null) return this.#letGo();
    if (this.#batch.length === 0) {
      const before = this.#queue.bytes;
      this.#batch = this.#queue.takeUpTo(this.#limits.batchItems, this.#limits.batchBytes);
      this.#batchBytes = before - this.#queue.bytes;
    }
    const joined = this.#joined();
    if (joined === null) return;
    this.#hear(await this.#plugged.thread.send(terms.order, joined));
  }

  /** The batch in one buffer, without what cannot be written down; `null` where nothing is left of it. */
  #joined(): Buffer<ArrayBuffer> | null {
    if (this.#batch.length === 0) return null;
    try {
      return joinItems(this.#batch);
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      const sound = this.#batch.filter(canBeJoined);
      this.#counts.dropped += this.#batch.length - sound.length;
      this.#batch = sound;
      this.#batchBytes = sound.reduce((sum, item) => sum + weightOf(item), 0);
      return sound.length === 0 ? null : joinItems(sound);
    }
  }

  /** Nothing is sent any more: what waits would wait for ever. */
  #letGo(): void {
    this.#counts.dropped += this.#batch.length;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#counts.dropped += this.#queue.takeUpTo(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).length;
  }

  #hear({ spans, scores }: ExportNews): void {
    this.#counts.sentSpans += spans.sent;
    this.#counts.rejectedSpans += spans.rejected;
    this.#counts.sentScores += scores.sent;
    this.#counts.dropped += scores.rejected;
    const rest = this.#batch.filter((item) => (item.type === "call" ? spans : scores).outcome === "away");
    this.#counts.dropped += this.#refused("call", spans) + this.#refused("score", scores);
    const troubled = [spans, scores].find(({ outcome }) => outcome !== "sent");
    this.#trouble = troubled === undefined ? null : troubled.reason || "the receiver gave no reason";
    this.#failures = rest.length > 0 ? this.#failures + 1 : 0;
    this.#batch = rest;
    this.#batchBytes = rest.reduce((sum, item) => sum + weightOf(item), 0);
  }

  #refused(type: ExportItem["type"], { outcome }: SignalNews): number {
    return outcome === "refused" ? this.#batch.filter((item) => item.type === type).length : 0;
  }
}

function canBeJoined(item: ExportItem): boolean {
  try {
    joinItems([item]);
    return true;
  } catch {
    return false;
  }
}
