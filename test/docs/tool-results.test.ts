import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { keepToolResult, lookUpToolResult } from "../../src/contract/results.ts";

const DOCS = readFileSync(new URL("../../docs/tool-results.md", import.meta.url), "utf8");

const tool = (name: string): string => `name: ${name}\ndescription: A tool.\nparameters: { type: object }\n`;

test("the example of docs/tool-results.md loads and means what it says", () => {
  const [, example = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
  const files = new Map([
    ["rollward.yaml", example],
    ["tools/lookup-order.yaml", tool("lookup_order")],
    ["tools/cancel-order.yaml", tool("cancel_order")],
  ]);
  const loaded = loadProject({ main: "rollward.yaml", files });
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  const { tools, retrieval } = loaded.ok ? loaded.project.results : { tools: new Map(), retrieval: new Map() };
  expect([...tools]).toEqual([
    [
      "lookup_order",
      { ttlMs: 600_000, scope: "tenant", maxEntryBytes: 65_536, waitMs: 30_000, auditShare: 0.02, mayDiffer: 0 },
    ],
  ]);
  expect(retrieval.get("handbook")).toMatchObject({ ttlMs: 86_400_000, scope: "endpoint", mayDiffer: 0.01 });
});

/** The words in the first column of the table after a heading. */
const firstColumn = (heading: string): readonly string[] => {
  const [, table = ""] = new RegExp(`\\| ${heading} [^]*?\\n\\|[-|]+\\n([^]*?)\\n\\n`).exec(DOCS) ?? [];
  return table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));
};

test("docs/tool-results.md has every reason of a miss, and everything that may become of a result", () => {
  const [, missed] = lookUpToolResult.answer.options;
  expect(firstColumn("`reason` \\|").toSorted()).toEqual(missed.shape.reason.options.toSorted());
  expect(firstColumn("`kept` \\|").toSorted()).toEqual(keepToolResult.answer.shape.kept.options.toSorted());
});
