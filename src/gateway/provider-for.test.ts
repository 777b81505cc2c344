import { expect, test } from "vitest";
import type { ConversingProvider, Provider } from "../ports/provider.ts";
import { providerFor } from "./provider-for.ts";

const plain = { name: "plain", speaks: null } as ConversingProvider;
const inner = { name: "both", speaks: null } as ConversingProvider;
const both: Provider = {
  name: "both",
  speaks: null,
  prices: new Map(),
  forModel: (model) => (model === "a" ? inner : both),
  converse: () => {
    throw new Error("Nobody asks.");
  },
  close: async () => {},
};
const providers = new Map<string, Provider>([
  ["plain", plain],
  ["both", both],
]);

test.each([
  ["plain", "a", plain],
  ["both", "a", inner],
  ["both", "b", both],
  ["both", "", both],
  ["nobody", "a", undefined],
])("of %s, %s is served by who has it", (provider, model, expected) => {
  expect(providerFor(providers, { provider, model })).toBe(expected);
});
