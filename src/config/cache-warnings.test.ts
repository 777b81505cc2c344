import { expect, test } from "vitest";
import { cacheWarnings } from "./cache-warnings.ts";
import { loadProject } from "./load.ts";

const warnings = (endpoint: string): readonly string[] => {
  const main = `environment: production
providers:
  up:
    kind: openai
    models: { m-2026-01-01: { price: { input: 1, output: 2 } } }
endpoints:
  faq: { models: [up/m-2026-01-01], ${endpoint} }
`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
  return loaded.ok ? cacheWarnings(loaded.project.endpoints.values()) : loaded.mistakes.map(({ message }) => message);
};

test("a cache that requests without a temperature pass by is warned of", () => {
  expect(warnings("cache: { ttl: 1h }")).toEqual([
    expect.stringContaining("The endpoint faq has a cache, but requests without `temperature: 0` pass it by") as string,
  ]);
});

test("no word is lost where the temperature is 0, where sampled answers are kept, and without a cache", () => {
  expect(warnings("cache: { ttl: 1h }, parameters: { temperature: 0 }")).toEqual([]);
  expect(warnings("cache: { ttl: 1h, sampled: true }")).toEqual([]);
  expect(warnings("parameters: { temperature: 0.7 }")).toEqual([]);
});
