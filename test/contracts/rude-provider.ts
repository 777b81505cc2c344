import { afterEach } from "vitest";
import { createOpenAiCompatible } from "../../src/adapters/providers/openai-compatible/openai-compatible.ts";
import type { OpenAiCompatibleSettings } from "../../src/adapters/providers/openai-compatible/openai-compatible.ts";
import type { WireProvider } from "../../src/ports/provider.ts";
import { RecordingSink } from "../fixtures/recording-sink.ts";
import { createRudeServer } from "../fixtures/rude-server.ts";
import type { RudeServer, Rudeness } from "../fixtures/rude-server.ts";
import { SENTINEL, requestFor } from "./provider-subject.ts";

/** Run after each test. */
export const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A provider with the sentinel as its key, closed after the test. */
export function providerAt(baseUrl: string, more: Partial<OpenAiCompatibleSettings> = {}): WireProvider {
  const provider = createOpenAiCompatible({
    name: "rude",
    baseUrl,
    apiKey: SENTINEL,
    headers: {},
    prices: new Map(),
    answerBytes: 1_000_000,
    ...more,
  });
  closers.push(() => provider.close());
  return provider;
}

/** A rude server and a provider that asks it. */
export async function against(
  rudeness: Rudeness,
  more: Partial<OpenAiCompatibleSettings> = {},
): Promise<{ server: RudeServer; provider: WireProvider }> {
  const server = await createRudeServer(rudeness);
  const provider = providerAt(`${server.origin}/v1`, more);
  closers.push(() => server.close());
  return { server, provider };
}

/** Asks and waits for the end of the answer. */
export async function ask(provider: WireProvider, connectMs = 5_000): Promise<RecordingSink> {
  const sink = new RecordingSink();
  provider.forward({ ...requestFor("m-1"), connectMs }, sink);
  await sink.over;
  return sink;
}

/** First lines of a good answer. */
export const OK = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
/** A good answer with a Content-Length. */
export const whole = (body: string): string => `${OK}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
