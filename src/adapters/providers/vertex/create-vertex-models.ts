import type { Provider } from "../../../ports/provider.ts";
import { createVertexClaude, isClaude } from "./vertex-claude.ts";
import type { VertexClaudeTerms } from "./vertex-claude.ts";

/**
 * The models of one project and location: Gemini's, Claude's on Anthropic's wire, or both by their ids. The package of
 * Gemini's wire is loaded where there is one of its models. Throws `invalid_request` when the settings cannot be used or
 * the package is absent.
 */
export async function createVertexModels(terms: VertexClaudeTerms): Promise<Provider> {
  const models = [...terms.prices.keys()];
  if (models.length > 0 && models.every(isClaude)) return createVertexClaude(terms);
  const { maxOutputs: _most, promptCache: _steered, ...own } = terms;
  const { createVertex } = await import("./vertex.ts");
  const gemini = await createVertex(own);
  if (!models.some(isClaude)) return gemini;
  const claude = createVertexClaude(terms);
  return {
    ...gemini,
    forModel: (model) => (isClaude(model) ? claude : gemini),
    async close() {
      await Promise.all([gemini.close(), claude.close()]);
    },
  };
}
