import { afterEach } from "vitest";
import type { SimulatedStats } from "../../src/adapters/providers/simulated/ledger.ts";
import type { SimulatedModelSettings } from "../../src/domain/call/simulated-model-settings.ts";
import type { ForwardRequest, WireProvider } from "../../src/ports/provider.ts";
import { RecordingSink } from "../fixtures/recording-sink.ts";
import { STEADY } from "../fixtures/simulated-models.ts";

/** A provider whose upstream is a simulated server. */
export interface OpenedProvider {
  readonly provider: WireProvider;
  readonly stats: () => SimulatedStats;
  /** Closes provider and server. */
  close(): Promise<void>;
}

/** How a suite gets its providers. */
export interface WireProviderSubject {
  readonly name: string;
  /** `apiKey` is ignored where `takesKey` is false. */
  open(terms: {
    readonly models: ReadonlyMap<string, SimulatedModelSettings>;
    readonly apiKey: string;
    readonly answerBytes: number;
  }): Promise<OpenedProvider>;
  readonly takesKey: boolean;
  /** The header that a key goes in; absent is a bearer token. */
  readonly keyHeaders?: (key: string) => Readonly<Record<string, string>>;
  /** What its requests name as their host; absent is the simulated server's own address. */
  readonly host?: RegExp;
  /** For a service that signs requests and wraps answers: its own suite looks at what it is sent. */
  readonly isWrapped?: boolean;
}

/** A key that must appear nowhere but in one header. */
export const SENTINEL = "sk-sentinel-5f3a9c7e1b2d4086";

const MODELS = new Map<string, SimulatedModelSettings>([
  ["steady-1", STEADY],
  ["endless-1", { ...STEADY, betweenTokensMs: { median: 5, sigma: 0 }, answerTokens: { median: 10_000, sigma: 0 } }],
  // About 5 MB as a stream.
  ["large-1", { ...STEADY, answerTokens: { median: 40_000, sigma: 0 } }],
]);

const ANSWER_BYTES = 64 * 1024 * 1024;

/** A request for the model; `say` is the user's message. */
export function requestFor(model: string, { say = "Hello", stream = false } = {}): ForwardRequest {
  const body = { model, ...(stream ? { stream } : {}), messages: [{ role: "user", content: say }] };
  return {
    callId: "call_1",
    dialect: "openai-chat",
    model,
    bytes: Buffer.from(JSON.stringify(body)),
    connectMs: 5_000,
  };
}

/** Opens a provider that is closed after the test. */
export type Open = () => Promise<OpenedProvider>;

/** Call it where tests are declared. */
export function opener(subject: WireProviderSubject): Open {
  const opened: OpenedProvider[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  return async () => {
    const one = await subject.open({ models: MODELS, apiKey: SENTINEL, answerBytes: ANSWER_BYTES });
    opened.push(one);
    return one;
  };
}

/** Asks and waits for the end of the answer. */
export async function ask(provider: WireProvider, request: ForwardRequest): Promise<RecordingSink> {
  const sink = new RecordingSink();
  provider.forward(request, sink);
  await sink.over;
  return sink;
}

/** The text of a streamed answer. */
export function textIn(stream: Buffer): string {
  const events = stream.toString().split("\n\n");
  return events
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "")
    .join("");
}
