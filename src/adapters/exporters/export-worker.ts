import { parentPort } from "node:worker_threads";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import type { ExportResult } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { readExchange } from "../../domain/trace/read-exchange.ts";
import type { ProviderIdentity } from "../../domain/trace/provider-identity.ts";
import type { SemanticVersion } from "../../domain/trace/semantic-name.ts";
import { spansOfCall } from "../../domain/trace/spans-of-call.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { lowerThreadPriority } from "../../kit/lower-thread-priority.ts";
import { splitItems } from "./export-batch.ts";
import type { KeptScore, ReadCall } from "./export-batch.ts";
import { agentOptions } from "./otlp-agent.ts";
import type { OtlpTarget } from "./otlp-target.ts";
import { readableSpan } from "./readable-span.ts";
import type { SpanOrigin } from "./readable-span.ts";
import { scoreRecord } from "./score-record.ts";

/** How the worker sends. */
export interface ExportOrder {
  readonly traces: OtlpTarget | null;
  readonly logs: OtlpTarget | null;
  readonly version: SemanticVersion;
  readonly resource: Readonly<Record<string, string>>;
  readonly scope: { readonly name: string; readonly version: string };
  readonly identities: ReadonlyMap<string, ProviderIdentity>;
}

/** A new order, items to send as `joinItems` gave them, or the end. */
export type ExportTask =
  | { readonly type: "order"; readonly order: ExportOrder }
  | { readonly type: "send"; readonly number: number; readonly joined: Uint8Array }
  | { readonly type: "stop" };

/** What became of one signal of a batch: `away` may be tried again, `refused` never. */
export interface SignalNews {
  readonly outcome: "sent" | "away" | "refused";
  /** Items of the signal that were taken: spans, or scores. */
  readonly sent: number;
  readonly rejected: number;
  readonly reason: string;
}

/** What became of a batch. */
export interface ExportNews {
  readonly number: number;
  readonly spans: SignalNews;
  readonly scores: SignalNews;
}

lowerThreadPriority();

const NOTHING: SignalNews = { outcome: "sent", sent: 0, rejected: 0, reason: "" };
const PARTIAL = "Received Partial Success response:";

/** What a receiver said that it did not take of the batch under way; exporters tell their log alone. */
let rejected = 0;

/** Hands items to an exporter and waits for what becomes of them. */
async function sendBy<T>(exporter: BatchExporter<T> | null, items: T[]): Promise<SignalNews> {
  if (exporter === null || items.length === 0) return NOTHING;
  rejected = 0;
  const failure = await new Promise<Error | null>((resolve) => {
    exporter.export(items, ({ code, error }) =>
      resolve(code === ExportResultCode.SUCCESS ? null : (error ?? new Error("nothing is said"))),
    );
  });
  if (failure !== null) return newsOf(failure);
  return { outcome: "sent", sent: items.length - rejected, rejected, reason: "" };
}

interface BatchExporter<T> {
  export(items: T[], done: (result: ExportResult) => void): void;
}

type ExporterConfig = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

const configOf = (target: OtlpTarget, signal: "TRACES" | "LOGS"): ExporterConfig => {
  const { url, headers, timeoutMs, isCompressed } = target;
  return {
    ...agentOptions(target, signal, process.env),
    url,
    headers: { ...headers },
    timeoutMillis: timeoutMs,
    concurrencyLimit: 1,
    ...(isCompressed && { compression: "gzip" as NonNullable<ExporterConfig["compression"]> }),
  };
};

class Sender {
  readonly #order: ExportOrder;
  readonly #origin: SpanOrigin;
  readonly #traces: OTLPTraceExporter | null;
  readonly #logs: OTLPLogExporter | null;

  constructor(order: ExportOrder) {
    const { traces, logs } = order;
    this.#order = order;
    const resource = resourceFromAttributes({ ...order.resource }).merge(detectResources({ detectors: [envDetector] }));
    this.#origin = { resource, instrumentationScope: order.scope };
    this.#traces = traces === null ? null : new OTLPTraceExporter(configOf(traces, "TRACES"));
    this.#logs = logs === null ? null : new OTLPLogExporter(configOf(logs, "LOGS"));
  }

  /** A call that no spans can be made of is left out: sent again with its batch, it would hold up all others for ever. */
  async sendCalls(calls: readonly ReadCall[]): Promise<SignalNews> {
    let unmade = 0;
    const spans = calls.flatMap((call) => {
      try {
        return this.#spansOf(call);
      } catch {
        unmade += 1;
        return [];
      }
    });
    const news = await sendBy(this.#traces, spans);
    return { ...news, rejected: news.rejected + (news.outcome === "away" ? 0 : unmade) };
  }

  sendScores(scores: readonly KeptScore[]): Promise<SignalNews> {
    const terms = { origin: this.#origin, version: this.#order.version };
    return sendBy(
      this.#logs,
      scores.map((score) => scoreRecord(score, terms)),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#traces?.shutdown(), this.#logs?.shutdown()]);
  }

  #spansOf({ facts, because, wantsContent, request, asked, answer }: ReadCall) {
    const { version, identities } = this.#order;
    const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
    const exchange = readExchange({
      dialect: facts.dialect,
      asked: text(asked ?? request),
      answer: text(answer),
      wantsContent,
    });
    const requestSha256 = request === null ? null : sha256Hex(request);
    const terms = {
      version,
      because,
      exchange: { ...exchange, requestSha256 },
      identityOf: (provider: string) => identities.get(provider) ?? null,
    };
    return spansOfCall(facts, terms).map((span) => readableSpan(span, this.#origin));
  }
}

/** Statuses after which the same may be sent again, by OTLP's specification. */
const AWAY: ReadonlySet<unknown> = new Set([429, 502, 503, 504]);

/** A status is the receiver's own word; everything else means that it could not be reached, or did not answer in time. */
function newsOf(error: unknown): SignalNews {
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: { message?: unknown } };
  const isRefused = typeof code === "number" && code >= 300 && !AWAY.has(code);
  const words = [code, message, cause?.message].filter((word) => word !== undefined && word !== "").join(" ");
  return { outcome: isRefused ? "refused" : "away", sent: 0, rejected: 0, reason: words.slice(0, 300) };
}

diag.setLogger(
  {
    error: ignore,
    warn: (message, ...details: unknown[]) => {
      if (message === PARTIAL) rejected = rejectedIn(details[0]);
    },
    info: ignore,
    debug: ignore,
    verbose: ignore,
  },
  { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
);

function ignore(): void {}

/** Items that were not taken, by either name that the answers have for them. */
function rejectedIn(details: unknown): number {
  const said = JSON.parse(String(details)) as Readonly<Record<string, unknown>>;
  return Number(said["rejectedSpans"] ?? said["rejectedLogRecords"] ?? 0) || 0;
}

let sender: Sender | null = null;

async function send(number: number, joined: Uint8Array): Promise<void> {
  const items = splitItems(Buffer.from(joined.buffer, joined.byteOffset, joined.length));
  const calls = items.filter((item) => item.type === "call");
  const scores = items.filter((item) => item.type === "score");
  const spans = (await sender?.sendCalls(calls)) ?? NOTHING;
  // A receiver that takes no spans now takes no scores either.
  const isAway = spans.outcome === "away" && scores.length > 0;
  const said = isAway ? { ...spans, sent: 0 } : ((await sender?.sendScores(scores)) ?? NOTHING);
  parentPort?.postMessage({ number, spans, scores: said } satisfies ExportNews);
}

parentPort?.on("message", (task: ExportTask) => {
  if (task.type === "order") {
    void sender?.close();
    sender = new Sender(task.order);
  } else if (task.type === "send") {
    // Uncaught it would end this thread, and the same batch would end the next one.
    void send(task.number, task.joined).catch((error: unknown) => {
      const reason = String(error).slice(0, 300);
      const news: SignalNews = { outcome: "refused", sent: 0, rejected: 0, reason };
      parentPort?.postMessage({ number: task.number, spans: news, scores: news } satisfies ExportNews);
    });
  } else process.exit(0);
});
