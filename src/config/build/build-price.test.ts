import { expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "../../contract/catalogue/bundled.ts";
import { formatMistakes } from "../explain.ts";
import { loadProject } from "../load.ts";
import { parsePrice } from "../units.ts";
import { cataloguePriceOf, pricedModels } from "./build-price.ts";

test("every price of the catalogue that comes along is read as it is written there", () => {
  const wrong = BUNDLED_CATALOGUE.models.filter(({ vendor, id, prices }) => {
    const price = cataloguePriceOf(BUNDLED_CATALOGUE, vendor, id);
    if (prices === null) return price !== null;
    const { input, output, cached_input: cached = input } = prices.standard;
    const written = [parsePrice(input), parsePrice(output), parsePrice(cached)];
    return (
      written.includes(null) || written.some((one, at) => one !== [price?.input, price?.output, price?.cachedInput][at])
    );
  });
  expect(wrong.map(({ id }) => id)).toEqual([]);
});

const STEPS = `steps:
            - { above: 1000, input: 4, cached_input: 0.5, output: 12 }
            - { above: 2000, input: 6, cache_write_1h: 9, output: 20, reasoning: 30 }`;

/** A project with a model at 2 and 8 USD, and what is written behind that. */
const priced = (more: string) =>
  loadProject({
    main: "rollward.yaml",
    files: new Map([
      [
        "rollward.yaml",
        `providers:
  up:
    kind: openai-compatible
    base_url: https://api.example.com/v1
    models:
      m-1:
        price:
          input: 2
          output: 8
          ${more}
endpoints: {}
`,
      ],
    ]),
  });

const priceIn = (loaded: ReturnType<typeof priced>) => {
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return { price: loaded.project.providers.get("up")?.models.get("m-1")?.price, version: loaded.project.priceVersion };
};

test("what long prompts cost is read step by step; what a step leaves out costs what its class does in that step", () => {
  const { price } = priceIn(priced(STEPS));
  expect(price?.steps).toEqual([
    {
      above: 1_000,
      input: 4_000_000n,
      cachedInput: 500_000n,
      cacheWrite: 4_000_000n,
      output: 12_000_000n,
      reasoning: 12_000_000n,
    },
    {
      above: 2_000,
      input: 6_000_000n,
      cachedInput: 6_000_000n,
      cacheWrite: 6_000_000n,
      cacheWrite1h: 9_000_000n,
      output: 20_000_000n,
      reasoning: 30_000_000n,
    },
  ]);
  const tiered = priceIn(
    priced("tiers: { flex: { input: 1, output: 4, steps: [{ above: 9, input: 2, output: 6 }] } }"),
  );
  expect(tiered.price?.tiers?.flex?.steps).toMatchObject([{ above: 9, input: 2_000_000n, reasoning: 6_000_000n }]);
});

test("the version of the prices is another one for every price of a long prompt and for every length", () => {
  const flex = "tiers: { flex: { input: 1, output: 4, steps: [{ above: 9, input: 2, output: 6 }] } }";
  const versions = [
    "",
    "steps: [{ above: 9, input: 2, output: 8 }]",
    "steps: [{ above: 10, input: 2, output: 8 }]",
    "steps: [{ above: 9, input: 2, output: 9 }]",
    flex,
    flex.replace("above: 9", "above: 8"),
  ].map((more) => priceIn(priced(more)).version);
  expect(new Set(versions).size).toBe(versions.length);
});

test.each([
  [
    "steps: [{ above: 2000, input: 4, output: 12 }, { above: 2000, input: 6, output: 20 }]",
    "above 2000 tokens comes after above 2000",
  ],
  [
    "steps: [{ above: 2000, input: 4, output: 12 }, { above: 1000, input: 6, output: 20 }]",
    "above 1000 tokens comes after above 2000",
  ],
  ["steps: [{ above: 0, input: 4, output: 12 }]", "above"],
  ["steps: []", "steps"],
  ["steps: [{ above: 5, input: 4 }]", "output"],
])("%s is a mistake", (more, words) => {
  const loaded = priced(more);
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toContain(words);
});

test("a price of the catalogue with steps is that of rollward.yaml with the same", () => {
  const price = cataloguePriceOf(BUNDLED_CATALOGUE, "gemini", "gemini-2.5-pro");
  expect(price).toMatchObject({
    input: 1_250_000n,
    output: 10_000_000n,
    steps: [{ above: 200_000, input: 2_500_000n, cachedInput: 250_000n, cacheWrite: 2_500_000n, output: 15_000_000n }],
    tiers: { priority: { input: 2_250_000n, steps: [{ above: 200_000, output: 27_000_000n }] } },
  });
});

test("a deployment costs what the model does that it names, unless it has a price of its own", () => {
  const own = { input: 1n, output: 2n };
  const models = pricedModels(
    {
      chat: { model: "gpt-5-mini-2025-08-07" },
      own: { model: "gpt-5-mini-2025-08-07", price: own },
      "gpt-4.1-2025-04-14": {},
    },
    { kind: "azure-openai", catalogue: BUNDLED_CATALOGUE },
  );
  expect(models.get("chat")).toMatchObject({ price: { input: 250_000n, output: 2_000_000n }, maxOutput: 128_000 });
  expect(models.get("own")).toMatchObject({ price: { input: 1n, output: 2n }, maxOutput: 128_000 });
  expect(models.get("gpt-4.1-2025-04-14")).toMatchObject({ price: { input: 2_000_000n }, maxOutput: 32_768 });
});
