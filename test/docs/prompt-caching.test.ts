import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { BUNDLED_CATALOGUE } from "../../src/contract/catalogue/bundled.ts";
import { cataloguePriceOf } from "../../src/config/build/build-price.ts";
import { paysToWrite } from "../../src/domain/prompt-cache/pays-to-write.ts";

const DOCS = readFileSync(new URL("../../docs/prompt-caching.md", import.meta.url), "utf8");

const PROVIDERS = `environment: production
providers:
  anthropic:
    kind: anthropic
    models: { claude-opus-5: {} }
`;

test("the example of docs/prompt-caching.md loads and means what it says", () => {
  const [, example = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
  const files = new Map([
    ["rollward.yaml", PROVIDERS + example],
    ["prompts/support.md", "[system]\nHelp."],
  ]);
  const loaded = loadProject({ main: "rollward.yaml", files });
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  const content = loaded.ok ? loaded.project.endpoints.get("support-bot")?.content : undefined;
  expect(content?.policies.promptCache).toEqual({ ttl: "5m", expectedReads: null, affinity: true });
});

test("the break-even that docs/prompt-caching.md names is that of the catalogue's prices", () => {
  const price = cataloguePriceOf(BUNDLED_CATALOGUE, "anthropic", "claude-opus-5");
  if (price === null) throw new Error("The catalogue knows the model.");
  expect(DOCS).toContain("0.28 reads for five minutes and 1.12 for");
  expect([0.27, 0.28].map((reads) => paysToWrite(price, "5m", reads))).toEqual([false, true]);
  expect([1.11, 1.12].map((reads) => paysToWrite(price, "1h", reads))).toEqual([false, true]);
});
