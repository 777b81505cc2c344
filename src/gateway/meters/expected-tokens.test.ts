import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anthropicMessages } from "../../http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../http/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../http/dialects/openai-responses/index.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { OpenCall } from "../open-call.ts";
import { mostOutputTokens } from "./expected-tokens.ts";

const DIALECTS: readonly Dialect[] = [openAiChat, anthropicMessages, openAiResponses];
const MODELS = ["claude-next-9", "claude-3-5-sonnet", "anthropic.claude-opus-4-1", "other-1"];

const HELLO = [{ role: "user", content: "Hello" }];

const callOf = (dialect: Dialect, body: object): OpenCall =>
  ({ placement: null, request: { body }, arrival: { dialect, bytes: Buffer.alloc(0) } }) as unknown as OpenCall;

const bodyOf = ({ name }: Dialect, said: number | undefined): JsonObject =>
  name === "openai-responses"
    ? { model: "bot", input: "Hello", ...(said !== undefined && { max_output_tokens: said }) }
    : { model: "bot", messages: HELLO, ...(said !== undefined && { max_tokens: said }) };

const placeAt = (wire: Dialect, model: string, maxOutput?: number) => ({
  target: { provider: "up", model },
  provider: {
    speaks: [wire.name] as const,
    ...(maxOutput !== undefined && { maxOutputs: new Map([[model, maxOutput]]) }),
  },
  ...(wire.unsaidMaximum !== undefined && { unsaidMaximum: wire.unsaidMaximum(model) }),
});

test("for every pair of dialects no more tokens are asked for than are set aside", () => {
  const maximum = fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined, freq: 1 });
  fc.assert(
    fc.property(
      fc.constantFrom(...DIALECTS),
      fc.constantFrom(...DIALECTS),
      fc.record({ model: fc.constantFrom(...MODELS), said: maximum, known: maximum }),
      (client, wire, { model, said, known }) => {
        const body = bodyOf(client, said);
        const canonical = client.toCanonical(body, "up");
        const terms = { provider: "up", model, stream: false, reportsStreamUsage: true };
        const ask = { ...terms, ...(known !== undefined && { maxOutput: known }) };
        const sent = JSON.parse(wire.fromCanonical(canonical, ask).toString()) as Readonly<Record<string, number>>;
        const most = sent["max_tokens"] ?? sent["max_completion_tokens"] ?? sent["max_output_tokens"] ?? 0;
        expect(mostOutputTokens(callOf(client, body), placeAt(wire, model, known))).toBeGreaterThanOrEqual(
          client === wire ? 0 : most,
        );
      },
    ),
    { numRuns: 1_000 },
  );
});

test("what a translated request asks for is set aside exactly; bytes that pass keep the longest answer", () => {
  const place = placeAt(anthropicMessages, "claude-next-9");
  expect(mostOutputTokens(callOf(openAiChat, {}), place)).toBe(64_000);
  expect(mostOutputTokens(callOf(openAiChat, {}), placeAt(anthropicMessages, "other-1"))).toBe(4_096);
  expect(mostOutputTokens(callOf(anthropicMessages, {}), place)).toBe(32_768);
});
