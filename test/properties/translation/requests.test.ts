import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CanonicalRequest } from "../../../src/domain/call/canonical.ts";
import { ownReasoning } from "../../../src/domain/call/own-reasoning.ts";
import { RollwardError } from "../../../src/domain/errors.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import { anthropicMessages } from "../../../src/http/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../../src/http/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../../src/http/dialects/openai-responses/index.ts";
import { parseExactJson } from "../../../src/kit/exact-json.ts";
import type { Dialect } from "../../../src/ports/dialect.ts";
import { anyRequest } from "./arbitraries.ts";
import { asTold, comparable, isUsed } from "./as-told.ts";

const MODELS: Readonly<Record<string, readonly string[]>> = {
  "openai-chat": ["gpt-5", "mistral-large"],
  "openai-responses": ["gpt-5"],
  "anthropic-messages": ["claude-sonnet-4-5", "claude-opus-5"],
};

type Sent = { readonly refused: string } | { readonly read: CanonicalRequest };

/** Writes a request for a provider of the dialect and reads it again, or says which field was refused. */
function sent(dialect: Dialect, request: CanonicalRequest, model: string): Sent {
  try {
    const ask = { provider: "other", model, stream: true, reportsStreamUsage: true };
    const bytes = dialect.fromCanonical(request, ask);
    return { read: dialect.toCanonical(parseExactJson(bytes.toString()) as JsonObject, "other") };
  } catch (error) {
    if (!(error instanceof RollwardError)) throw error;
    expect(error.code).toBe("untranslatable");
    return { refused: String(error.details["field"]) };
  }
}

describe.each([openAiChat, openAiResponses, anthropicMessages])("a canonical request in $name", (dialect) => {
  it("is refused by the name of a field that it uses, or says the same when it is read again", () => {
    let carried = 0;
    fc.assert(
      fc.property(anyRequest, fc.constantFrom(...(MODELS[dialect.name] ?? [])), (given, model) => {
        const { request } = ownReasoning(given, dialect.reasons ?? null);
        const result = sent(dialect, request, model);
        if ("refused" in result) {
          expect([result.refused, isUsed(result.refused, request)]).toEqual([result.refused, true]);
          return;
        }
        carried += 1;
        expect(comparable(dialect.name, result.read)).toEqual(asTold(dialect.name, request));
      }),
      { numRuns: 600 },
    );
    // A dialect that refused nearly everything would pass as well.
    expect(carried).toBeGreaterThan(20);
  });
});
