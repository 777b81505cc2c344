import { describe, expect, test } from "vitest";
import type { Origin, ReleaseOrigin } from "../../src/domain/release/origin.ts";
import { partsOf, versionName } from "../../src/domain/release/parts.ts";
import { releaseDigest } from "../../src/domain/release/release-digest.ts";
import type { Release, Tool } from "../../src/domain/release/release.ts";
import { newId, releaseOf, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const ORIGIN: Origin = {
  commit: "1f2e3d4c5b6a",
  isDirty: true,
  branch: "main \u0000 \ud83d\ude00",
  author: "Ada",
  pullRequest: "12",
  repository: null,
  dataSet: "sha256:abc",
  evalRun: null,
};

const tool = (name: string, description: string): Tool => ({
  name,
  description,
  parameters: { type: "object" },
  strict: null,
});

/** A release of the endpoint with a prompt text, frozen as it would be. */
async function frozen(get: GetStores, endpoint: string, overrides: Partial<Release["content"]> = {}): Promise<Release> {
  const base = releaseOf(endpoint, "");
  const content = { ...base.content, ...overrides };
  return (await get().releases.freeze({ ...base, content, digest: releaseDigest(content) })).release;
}

const prompt = (template: string): Release["content"]["prompt"] => ({
  name: "system",
  messages: [{ role: "system", template }],
  variables: {},
});

/** What every store of versions must do. */
export function versionStoreContract(get: GetStores): void {
  describe("as a store of versions", () => {
    test("gives every distinct content a version of its own when a release is frozen, and equal content the same", async () => {
      const endpoint = uniqueName("bot");
      const name = uniqueName("lookup");
      const first = await frozen(get, endpoint, { prompt: prompt("one"), tools: [tool(name, "one")] });
      const second = await frozen(get, endpoint, { prompt: prompt("two"), tools: [tool(name, "one")] });
      const third = await frozen(get, endpoint, { prompt: prompt("one"), tools: [tool(name, "two")] });
      const named = async ({ id }: Release) => (await get().versions.ofRelease(id)).map(versionName);
      const model = "openai/gpt@2026-01-01";
      expect(await named(first)).toEqual([`${endpoint}/system@1`, model, `${name}@1`]);
      expect(await named(second)).toEqual([`${endpoint}/system@2`, model, `${name}@1`]);
      expect(await named(third)).toEqual([`${endpoint}/system@1`, model, `${name}@2`]);
      expect(await get().versions.ofRelease(newId("rel"))).toEqual([]);
    });

    test("lists a line newest first, with what it says", async () => {
      const endpoint = uniqueName("bot");
      for (const text of ["one", "two \u0000 \ud83d\ude00", "three"])
        await frozen(get, endpoint, { prompt: prompt(text) });
      const line = { kind: "prompt", name: `${endpoint}/system` } as const;
      const versions = await get().versions.list({ ...line, limit: 2 });
      expect(versions.map(({ number }) => number)).toEqual([3, 2]);
      expect(versions[1]?.content).toEqual(prompt("two \u0000 \ud83d\ude00"));
      expect(versions[1]).toMatchObject({ kind: "prompt", name: line.name, createdAt: T0 });
      expect(await get().versions.list({ kind: "tool", name: line.name, limit: 10 })).toEqual([]);
      const all = await get().versions.list({ kind: "prompt", limit: 1_000 });
      expect(all.filter(({ name }) => name === line.name)).toHaveLength(3);
    });

    test("finds what uses a content, newest first, whatever it is called there", async () => {
      const [one, other] = [uniqueName("a"), uniqueName("b")];
      const shared = tool(uniqueName("lookup"), "shared");
      const first = await frozen(get, one, { tools: [shared] });
      const second = await frozen(get, one, { tools: [shared], parameters: { seed: 2 } });
      const third = await frozen(get, other, { tools: [shared], prompt: prompt("other") });
      await frozen(get, other, { tools: [] });
      const [part] = partsOf(first.content).filter(({ kind }) => kind === "tool");
      const uses = await get().versions.uses("tool", part?.digest ?? "", 10);
      expect(uses.map(({ releaseId }) => releaseId)).toEqual([second.id, first.id, third.id]);
      expect(uses[0]).toEqual({ releaseId: second.id, endpoint: one, number: 2 });
      expect(await get().versions.uses("tool", part?.digest ?? "", 1)).toHaveLength(1);
      expect(await get().versions.uses("prompt", part?.digest ?? "", 10)).toEqual([]);
    });
  });
  togetherContract(get);
}

/** What such a store must do when many come, and over time. */
function togetherContract(get: GetStores): void {
  describe("as a store of versions", () => {
    test("numbers releases that are frozen together without gaps", async () => {
      const name = uniqueName("lookup");
      const endpoints = Array.from({ length: 8 }, () => uniqueName("bot"));
      await Promise.all(
        endpoints.map((endpoint, index) => frozen(get, endpoint, { tools: [tool(name, `text ${index % 4}`)] })),
      );
      const line = await get().versions.list({ kind: "tool", name, limit: 10 });
      expect(line.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
      expect(new Set(line.map(({ digest }) => digest)).size).toBe(4);
    });

    test("remembers every application of a release, oldest first", async () => {
      const release = await frozen(get, uniqueName("bot"));
      const first: ReleaseOrigin = {
        releaseId: release.id,
        environment: "staging",
        origin: null,
        parent: null,
        at: T0,
        by: "Ada",
        reason: null,
      };
      // Earlier by the clock, later by its order: the order counts.
      const second = {
        ...first,
        environment: "production",
        origin: { ...ORIGIN, branch: "main" },
        parent: "rel_1",
        at: T0 - 1,
        reason: "It was promoted.",
      };
      await get().versions.note(first);
      await get().versions.note(second);
      expect(await get().versions.origins(release.id)).toEqual([first, second]);
      await get().versions.note({ ...first, origin: ORIGIN });
      expect((await get().versions.origins(release.id))[2]?.origin).toEqual(ORIGIN);
      expect(await get().versions.origins(newId("rel"))).toEqual([]);
    });
  });
}
