import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { componentDigests, releaseDigest } from "./release-digest.ts";
import type { ReleaseContent } from "./release.ts";

const CONTENT: ReleaseContent = {
  format: "rollward.release/1",
  endpoint: "bot",
  prompt: {
    name: "bot",
    messages: [{ role: "system", template: "You talk to {{customer}}." }],
    variables: { customer: { required: true, default: null, description: "" } },
  },
  models: [
    { provider: "sim", model: "steady-1" },
    { provider: "sim", model: "swift-1" },
  ],
  parameters: { temperature: 0.2, stop: ["\n"] },
  tools: [{ name: "lookup", description: "Finds.", parameters: { type: "object" }, strict: null }],
  policies: {
    record: "exact",
    retainBodiesDays: 14,
    timeouts: { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
  },
};

/** The same value with the keys of every object in reverse order. */
const reversed = (value: Json): Json => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  );
};

/** Every way of changing one leaf of a value. */
function edits(value: Json): readonly Json[] {
  if (typeof value !== "object" || value === null) return [value === "changed" ? "other" : "changed"];
  const entries = Object.entries(value);
  const replaced = (key: string, one: Json): Json => {
    const next = entries.map(([name, old]) => [name, name === key ? one : old] as const);
    return Array.isArray(value) ? next.map(([, item]) => item) : Object.fromEntries(next);
  };
  return entries.flatMap(([key, one]) => edits(one).map((edited) => replaced(key, edited)));
}

const content = (json: Json): ReleaseContent => json as unknown as ReleaseContent;
const json = (value: ReleaseContent): Json => value as unknown as Json;

describe("the digest of a release", () => {
  it("is SHA-256 in 64 hex digits and stays the same between versions", () => {
    expect(releaseDigest(CONTENT)).toMatch(/^[0-9a-f]{64}$/);
    expect(releaseDigest({ ...CONTENT, prompt: null, models: [], parameters: {}, tools: [] })).toBe(
      "ffc21cd0b043a6cff41a25135dd5159d15fb9270c78cdadb26a5f9e17b11579f",
    );
  });

  it("does not depend on the order of keys", () => {
    expect(releaseDigest(content(reversed(json(CONTENT))))).toBe(releaseDigest(CONTENT));
  });

  it("changes with every change of content, however small", () => {
    const digests = edits(json(CONTENT)).map((edited) => releaseDigest(content(edited)));
    expect(digests.length).toBeGreaterThan(20);
    expect(new Set([...digests, releaseDigest(CONTENT)]).size).toBe(digests.length + 1);
  });

  it("depends on the order of models, messages and tools", () => {
    expect(releaseDigest({ ...CONTENT, models: CONTENT.models.toReversed() })).not.toBe(releaseDigest(CONTENT));
  });

  it("is equal for equal parameters and different for different ones", () => {
    const parameters = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }));
    const well = parameters.filter(
      (one) => JSON.stringify(one).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(one)),
    );
    fc.assert(
      fc.property(well, well, (a, b) => {
        const digest = (value: unknown): string =>
          releaseDigest({ ...CONTENT, parameters: value as ReleaseContent["parameters"] });
        // Canonical JSON has one zero.
        const text = (value: unknown): string =>
          JSON.stringify(value, (_, one: unknown) =>
            typeof one === "object" && one !== null && !Array.isArray(one)
              ? Object.fromEntries(Object.entries(one).toSorted(([x], [y]) => (x < y ? -1 : 1)))
              : one,
          );
        expect(digest(reversed(a as Json))).toBe(digest(a));
        expect(digest(a) === digest(b)).toBe(text(a) === text(b));
      }),
    );
  });
});

describe("the version matrix", () => {
  it("gives every part a digest of its own and changes only the one that changed", () => {
    const before = componentDigests(CONTENT);
    const after = componentDigests({ ...CONTENT, parameters: { temperature: 0.3 } });
    expect(after.parameters).not.toBe(before.parameters);
    expect({ ...after, parameters: before.parameters }).toEqual(before);
  });

  it("names models and tools", () => {
    const { models, tools, prompt } = componentDigests({ ...CONTENT, prompt: null });
    expect(prompt).toBeNull();
    expect(models.map(({ model }) => model)).toEqual(["steady-1", "swift-1"]);
    expect(tools[0]).toMatchObject({ name: "lookup", digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
  });
});
