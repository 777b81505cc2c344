import { expect, test } from "vitest";
import { BUNDLED_CATALOGUE } from "../../contract/catalogue/bundled.ts";
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
