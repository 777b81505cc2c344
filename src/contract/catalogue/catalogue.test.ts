import { expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "./bundled.ts";
import { compareCatalogues, isLater } from "./compare-catalogues.ts";
import { modelIn, readCatalogue } from "./read-catalogue.ts";
import type { Catalogue, CatalogueModel } from "./schema.ts";

const MODEL: CatalogueModel = {
  vendor: "openai",
  id: "gpt-x-2026-05-01",
  context: 128_000,
  max_output: null,
  input: ["text"],
  output: ["text"],
  prices: { standard: { input: "2.5", output: "10" } },
  retires: null,
  sources: [{ url: "https://example.com/pricing", read: "2026-05-02", facts: ["price", "context"] }],
};

const catalogue = (...models: readonly CatalogueModel[]): Catalogue => ({ version: "2026-05-02", models: [...models] });

const reasonFor = (data: unknown): string => {
  const read = readCatalogue(typeof data === "string" ? data : JSON.stringify(data));
  return "reason" in read ? read.reason : "";
};

test("a catalogue is read back as it was written", () => {
  const read = readCatalogue(JSON.stringify(catalogue(MODEL)));
  expect(read).toEqual({ catalogue: catalogue(MODEL) });
});

test.each([
  ["{", "not JSON"],
  [{ version: "yesterday", models: [] }, "version"],
  [catalogue(MODEL, MODEL), "is here twice"],
  [
    catalogue({ ...MODEL, sources: [{ url: "https://example.com", read: "2026-05-02", facts: ["context"] }] }),
    "no source",
  ],
  [catalogue({ ...MODEL, prices: { standard: { input: "2.5", output: "-10" } } }), "models.0.prices.standard.output"],
  [catalogue({ ...MODEL, prices: { standard: { input: "1e9", output: "10" } } }), "models.0.prices.standard.input"],
  [catalogue({ ...MODEL, retires: "2026-13-01" }), "models.0.retires"],
  [{ ...catalogue(MODEL), note: "x" }, "note"],
  [" ".repeat(300_000), "more than"],
])("a catalogue with a mistake is refused with its place, %#", (data, words) => {
  expect(reasonFor(data)).toContain(words);
});

test("the changes of a new version are told by the names of models", () => {
  const dearer: CatalogueModel = { ...MODEL, prices: { standard: { input: "3", output: "10" } } };
  const changes = compareCatalogues(
    catalogue(MODEL, { ...MODEL, id: "gone-1" }),
    catalogue(dearer, { ...MODEL, id: "new-1" }),
  );
  expect(changes).toEqual({
    added: ["openai/new-1"],
    removed: ["openai/gone-1"],
    repriced: ["openai/gpt-x-2026-05-01"],
  });
});

test("versions of one day go by their number", () => {
  expect(isLater("2026-11-21.2", "2026-11-21")).toBe(true);
  expect(isLater("2026-11-21.10", "2026-11-21.9")).toBe(true);
  expect(isLater("2026-11-21", "2026-11-21")).toBe(false);
  expect(isLater("2026-10-30.9", "2026-11-01")).toBe(false);
});

test("the catalogue that comes along names a source for every model and is small enough to be kept in a project", () => {
  expect(BUNDLED_CATALOGUE.models.length).toBeGreaterThan(40);
  expect(BUNDLED_CATALOGUE.models.filter(({ sources }) => sources.length === 0)).toEqual([]);
  expect(reasonFor(BUNDLED_CATALOGUE)).toBe("");
  expect(modelIn(BUNDLED_CATALOGUE, "openai", "gpt-5-mini-2025-08-07")?.prices?.standard).toEqual({
    input: "0.25",
    cached_input: "0.025",
    output: "2",
  });
});

test("no model that comes along is unpinned", () => {
  expect(BUNDLED_CATALOGUE.models.filter(({ id }) => id.endsWith("latest"))).toEqual([]);
});
