import { expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "./bundled.ts";
import { compareCatalogues, isLater } from "./compare-catalogues.ts";
import { MAX_CATALOGUE_LENGTH, modelIn, readCatalogue } from "./read-catalogue.ts";
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

const stepped = (...above: readonly number[]): NonNullable<CatalogueModel["prices"]> => ({
  standard: { input: "2.5", output: "10", steps: above.map((tokens) => ({ above: tokens, input: "5", output: "15" })) },
});

const catalogue = (...models: readonly CatalogueModel[]): Catalogue => ({ version: "2026-05-02", models: [...models] });

const reasonFor = (data: unknown): string => {
  const read = readCatalogue(typeof data === "string" ? data : JSON.stringify(data));
  return "reason" in read ? read.reason : "";
};

test.each([{}, { prices: stepped(128_000, 200_000) }])("a catalogue is read back as it was written, %#", (more) => {
  const written = catalogue({ ...MODEL, ...more });
  expect(readCatalogue(JSON.stringify(written))).toEqual({ catalogue: written });
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
  [catalogue({ ...MODEL, prices: stepped(200_000, 100_000) }), "longer prompts come after shorter ones"],
  [catalogue({ ...MODEL, prices: stepped(0) }), "models.0.prices.standard.steps.0.above"],
  [catalogue({ ...MODEL, retires: "2026-13-01" }), "models.0.retires"],
  [{ ...catalogue(MODEL), note: "x" }, "note"],
  [catalogue({ ...MODEL, of: "openai/gpt-x-2026-05-01" }), "no maker's entry"],
  [catalogue(MODEL, { ...MODEL, vendor: "azure-openai", of: "openai/nonesuch" }), "no maker's entry"],
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

test("another length from which a model is dearer is another price", () => {
  const of = (above: number): Catalogue => catalogue({ ...MODEL, prices: stepped(above) });
  expect(compareCatalogues(of(128_000), of(200_000)).repriced).toEqual(["openai/gpt-x-2026-05-01"]);
  expect(compareCatalogues(of(128_000), of(128_000)).repriced).toEqual([]);
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

test("a host's model takes sizes and modalities from its maker's entry where it has none, and neither price nor retirement", () => {
  const maker: CatalogueModel = { ...MODEL, max_output: 4_000, retires: "2027-01-01" };
  const hosted: CatalogueModel = {
    ...MODEL,
    vendor: "azure-openai",
    of: "openai/gpt-x-2026-05-01",
    context: null,
    max_output: 2_000,
    input: null,
    output: null,
    prices: null,
    sources: [{ url: "https://example.com/host", read: "2026-05-03", facts: ["output"] }],
  };
  expect(modelIn(catalogue(maker, hosted), "azure-openai", hosted.id)).toEqual({
    ...hosted,
    context: 128_000,
    input: ["text"],
    output: ["text"],
    sources: [...hosted.sources, { url: "https://example.com/pricing", read: "2026-05-02", facts: ["context"] }],
  });
});

/** Facts of a model that are known, by the name that a source calls them. */
const factsOf = ({ context, max_output: longest, input, prices, retires }: CatalogueModel): readonly string[] =>
  Object.entries({ context, output: longest, modalities: input, price: prices, deprecation: retires }).flatMap(
    ([fact, value]) => (value === null ? [] : [fact]),
  );

test("every fact that comes along has a source of its own", () => {
  const unsourced = BUNDLED_CATALOGUE.models.flatMap((model) => {
    const sourced = new Set<string>(model.sources.flatMap(({ facts }) => facts));
    const missing = factsOf(model).filter((fact) => !sourced.has(fact));
    return missing.length === 0 ? [] : [`${model.vendor}/${model.id}: ${missing.join(", ")}`];
  });
  expect(unsourced).toEqual([]);
});

test("no reading that comes along is of a day to come, and a price at Azure, Vertex or Bedrock is the host's own", () => {
  const sources = BUNDLED_CATALOGUE.models.flatMap((model) => model.sources);
  expect(sources.filter(({ read }) => read > BUNDLED_CATALOGUE.version.slice(0, 10))).toEqual([]);
  const makers = ["openai.com", "ai.google.dev", "anthropic.com", "claude.com"];
  const borrowed = BUNDLED_CATALOGUE.models.filter(
    ({ of, sources: own }) =>
      of !== undefined &&
      own.some(({ url, facts }) => facts.includes("price") && makers.some((maker) => url.includes(maker))),
  );
  expect(borrowed.map(({ id }) => id)).toEqual([]);
});

test.each(["azure-openai", "vertex", "together", "openrouter", "bedrock", "cohere", "gemini", "mistral"])(
  "models of %s come along with a price and a context window",
  (vendor) => {
    const models = BUNDLED_CATALOGUE.models.filter((model) => model.vendor === vendor);
    const whole = models.map(({ id }) => modelIn(BUNDLED_CATALOGUE, vendor, id));
    expect(whole.filter((model) => model?.prices != null && model.context !== null).length).toBeGreaterThanOrEqual(5);
  },
);

test("what comes along is never cheaper for a long prompt than for a short one, and knows every class of the first price", () => {
  const prices = BUNDLED_CATALOGUE.models.flatMap(({ id, prices: tiers }) =>
    Object.values(tiers ?? {}).flatMap((price) => (price?.steps === undefined ? [] : [{ id, price }])),
  );
  expect(prices.length).toBeGreaterThan(50);
  const odd = prices.filter(({ price: { steps = [], ...first } }) =>
    steps.some((step) =>
      (["input", "cached_input", "cache_write", "cache_write_1h", "output"] as const).some((kind) => {
        if (first[kind] === undefined) return step[kind] !== undefined;
        return step[kind] === undefined || Number(step[kind]) < Number(first[kind]);
      }),
    ),
  );
  expect(odd.map(({ id }) => id)).toEqual([]);
});

test("the catalogue that comes along can be read back as `rollward catalogue update` writes it", () => {
  expect(JSON.stringify(BUNDLED_CATALOGUE, null, 2).length).toBeLessThan(MAX_CATALOGUE_LENGTH);
});
