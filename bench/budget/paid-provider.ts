import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Prices in pico-dollars per token, and the tokens of a request: what the project of the run says too. */
export const PRICE = { input: 100_000n, output: 3_000_000n } as const;
const INPUT_TOKENS = 60;
const PIECES = 12;
const TOKENS_PER_PIECE = 4;
const PIECE_MS = 10;
const PLAIN_MS = 100;
/** One token is four characters, as estimates have it. */
const PIECE = "tok ".repeat(TOKENS_PER_PIECE);

/** A provider that keeps its own books: what it would write on the bill. */
export interface PaidProvider {
  readonly baseUrl: string;
  /** Pico-dollars for everything that was asked so far, broken answers included. */
  spentPico(): bigint;
  /** When each request came (monotonic milliseconds), with the tokens that it will have used. */
  readonly asked: readonly { readonly at: number; readonly tokens: number }[];
  reset(): void;
  close(): Promise<void>;
}

/** Starts a provider on loopback that speaks OpenAI's chat completions. */
export async function startPaidProvider(): Promise<PaidProvider> {
  let spent = 0n;
  const asked: { at: number; tokens: number }[] = [];
  const charge = (input: number, output: number): void => {
    spent += BigInt(input) * PRICE.input + BigInt(output) * PRICE.output;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      charge(INPUT_TOKENS, 0);
      const isStream = Buffer.concat(chunks).includes('"stream":true');
      const outputTokens = TOKENS_PER_PIECE * (4 + Math.floor(Math.random() * (PIECES - 3)));
      asked.push({ at: performance.now(), tokens: INPUT_TOKENS + outputTokens });
      if (isStream) stream(response, outputTokens, charge);
      else plain(request, response, { outputTokens, charge });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    spentPico: () => spent,
    asked,
    reset() {
      spent = 0n;
      asked.splice(0);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Charge = (input: number, output: number) => void;

const usageOf = (outputTokens: number): object => ({
  prompt_tokens: INPUT_TOKENS,
  completion_tokens: outputTokens,
  total_tokens: INPUT_TOKENS + outputTokens,
});

/** A whole answer is made and charged whole, also when nobody waits for it any more. */
function plain(
  _: IncomingMessage,
  response: ServerResponse,
  { outputTokens, charge }: { readonly outputTokens: number; readonly charge: Charge },
): void {
  setTimeout(() => {
    charge(0, outputTokens);
    const message = { role: "assistant", content: "tok ".repeat(outputTokens) };
    const body = { choices: [{ index: 0, message, finish_reason: "stop" }], usage: usageOf(outputTokens) };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ ...HEAD, object: "chat.completion", ...body }));
  }, PLAIN_MS);
}

/** A stream is charged piece by piece until it is whole or broken off. */
function stream(response: ServerResponse, outputTokens: number, charge: Charge): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let sent = 0;
  const say = (fields: object): void =>
    void response.write(`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", ...fields })}\n\n`);
  const timer = setInterval(() => {
    if (response.destroyed || response.closed) return clearInterval(timer);
    charge(0, TOKENS_PER_PIECE);
    say({ choices: [{ index: 0, delta: { content: PIECE }, finish_reason: null }] });
    sent += TOKENS_PER_PIECE;
    if (sent < outputTokens) return;
    clearInterval(timer);
    say({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    say({ choices: [], usage: usageOf(outputTokens) });
    response.end("data: [DONE]\n\n");
  }, PIECE_MS);
  response.on("close", () => clearInterval(timer));
}

const HEAD = { id: "chatcmpl-paid", created: 1_700_000_000, model: "paid-1" };
