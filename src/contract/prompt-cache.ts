import { z } from "zod";
import { signedPico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const count = z.int().nonnegative();

export const showPromptCache = defineRoute({
  method: "GET",
  path: "/api/cache/prompt",
  perEnvironment: true,
  summary: "What the providers' prompt caches have saved since this process started, by the providers' own counts",
  answer: z.object({
    data: z.array(
      z.object({
        endpoint: z.string().describe("empty for calls of a model without an endpoint"),
        release: z.string().describe("empty where there is none"),
        model: z.string(),
        calls: count.describe("answers whose provider has counted; retries count"),
        marks: count.describe("marks and names that were set in what went to providers"),
        input_tokens: count.describe("neither read from a cache nor written to one"),
        read_tokens: count,
        written_tokens: count,
        saved_pico: signedPico.describe("below 0 where more was written than read"),
      }),
    ),
  }),
});
