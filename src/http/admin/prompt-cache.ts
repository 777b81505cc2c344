import type { FastifyInstance } from "fastify";
import { showPromptCache } from "../../contract/prompt-cache.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { serveRoute } from "./serve-route.ts";

/** What the providers' prompt caches have saved. */
export function promptCache(app: FastifyInstance, { gateway }: AdminTerms): void {
  serveRoute(app, { gateway, route: showPromptCache }, ({ gateway: { prefixes } }) => ({
    data: prefixes.tally.sums().map((sum) => ({
      endpoint: sum.endpoint,
      release: sum.release,
      model: sum.model,
      calls: sum.calls,
      marks: sum.marks,
      input_tokens: sum.inputTokens,
      read_tokens: sum.readTokens,
      written_tokens: sum.writtenTokens,
      saved_pico: sum.savedPico.toString(),
    })),
  }));
}
