import * as fc from "fast-check";
import { expect, test } from "vitest";
import { releaseOf } from "../../../test/contracts/store-samples.ts";
import { isAsked, modelLine, partsOf, readVersionName, versionName } from "./parts.ts";
import type { PartVersion } from "./parts.ts";

test.each([
  ["openai", "gpt-5-2025-08-07", "openai/gpt-5", "2025-08-07"],
  ["anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5", "20250929"],
  ["vertex", "claude-opus-4@20250514", "vertex/claude-opus-4", "20250514"],
  ["rack", "qwen3:8b", "rack/qwen3:8b", null],
  ["rack", "2025-08-07", "rack/2025-08-07", null],
  ["hub", "org/model-2025-08-07-v2", "hub/org/model-2025-08-07-v2", null],
])("the model %s/%s is the version %s@%s", (...[provider, model, name, pin]) => {
  expect(modelLine({ provider, model })).toEqual({ name, pin });
});

const version = (overrides: Partial<PartVersion>): PartVersion => ({
  kind: "prompt",
  name: "bot/system",
  number: 3,
  digest: "d",
  content: { name: "system", messages: [], variables: {} },
  createdAt: 0,
  ...overrides,
});

test("a version is asked for by its name, its line, and a model by its id too", () => {
  const prompt = version({});
  expect(versionName(prompt)).toBe("bot/system@3");
  const asked = ["bot/system@3", "bot/system", "bot/system@2", "bot", "system@3"];
  expect(asked.filter((text) => isAsked(prompt, text))).toEqual(["bot/system@3", "bot/system"]);
  const model = version({
    kind: "model",
    name: "openai/gpt-5",
    content: { provider: "openai", model: "gpt-5-2025-08-07" },
  });
  expect(
    ["openai/gpt-5@2025-08-07", "openai/gpt-5-2025-08-07", "openai/gpt-5", "openai/gpt-5@3"].filter((text) =>
      isAsked(model, text),
    ),
  ).toEqual(["openai/gpt-5@2025-08-07", "openai/gpt-5-2025-08-07", "openai/gpt-5"]);
  expect(readVersionName("bot/system@3")).toEqual({ name: "bot/system", label: "3" });
  expect(readVersionName("@odd")).toEqual({ name: "@odd", label: null });
});

test("equal content has an equal digest in every release, and every change another one", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const of = (endpoint: string, description: string) => {
        const { content } = releaseOf(endpoint, "");
        const tools = [{ name: "t", description, parameters: { type: "object" }, strict: null }];
        return partsOf({ ...content, tools }).find(({ kind }) => kind === "tool")?.digest;
      };
      expect(of("a", one)).toBe(of("b", one));
      expect(of("a", one) === of("a", other)).toBe(one === other);
    }),
  );
});
