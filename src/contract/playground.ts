import { z } from "zod";
import { endpointName, pico } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Longest text of a message, characters. */
const MAX_TEXT = 200_000;

export const askPlayground = defineRoute({
  method: "POST",
  path: "/api/playground",
  perEnvironment: true,
  summary: "Asks one release of an endpoint, charged to the key that asks; users see nothing, and nothing is evidence",
  body: z.strictObject({
    endpoint: endpointName,
    release: z.string().max(100).optional().describe("as `support-bot@8`; absent is the stable one"),
    messages: z
      .array(
        z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1).max(MAX_TEXT) }),
      )
      .min(1)
      .max(100)
      .describe("after the release's own prompt"),
    variables: z.record(z.string().max(100), z.string().max(MAX_TEXT)).default({}).describe("of its prompt"),
  }),
  answer: z.object({
    call: z.string().describe("the recorded call, marked as a person's"),
    release: z.string(),
    model: z.string().nullable().describe("provider/model that answered"),
    status: z.number().int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    text: z.string(),
    tools: z.array(z.string()).describe("names of tools that it wants called"),
    first_token_ms: z.number().nullable(),
    total_ms: z.number(),
    tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
    cost_pico: pico,
  }),
});
