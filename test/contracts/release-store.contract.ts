import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/domain/json.ts";
import { releaseOf, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

/** What every store of releases must do. */
export function releaseStoreContract(get: GetStores): void {
  describe("as a release store", () => {
    test("gives numbers from 1 without gaps, also to releases that come together", async () => {
      const endpoint = uniqueName("bot");
      const frozen = await Promise.all(
        Array.from({ length: 20 }, (_, index) => get().releases.freeze(releaseOf(endpoint, `digest ${index}`))),
      );
      const numbers = frozen.map(({ release }) => release.number).toSorted((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(frozen.every(({ created }) => created)).toBe(true);
    });

    test("keeps one release per digest, also when it comes several times at once", async () => {
      const endpoint = uniqueName("bot");
      const frozen = await Promise.all(
        Array.from({ length: 8 }, () => get().releases.freeze(releaseOf(endpoint, "the same"))),
      );
      expect(frozen.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(frozen.map(({ release }) => release.id)).size).toBe(1);
      const other = await get().releases.freeze(releaseOf(endpoint, "another"));
      expect(other.release.number).toBe(2);
    });

    test("counts each endpoint for itself", async () => {
      const [one, other] = [uniqueName("bot"), uniqueName("bot")];
      await get().releases.freeze(releaseOf(one, "a"));
      const { release, created } = await get().releases.freeze(releaseOf(other, "a"));
      expect({ number: release.number, created }).toEqual({ number: 1, created: true });
    });
    reading(get);
  });
}

function reading(get: GetStores): void {
  test("finds a release by its id, by its number and by the digest of its content", async () => {
    const endpoint = uniqueName("bot");
    const { release } = await get().releases.freeze(releaseOf(endpoint, "a"));
    expect(await get().releases.byId(release.id)).toEqual(release);
    expect(await get().releases.byNumber(endpoint, 1)).toEqual(release);
    expect(await get().releases.byNumber(endpoint, 2)).toBeNull();
    expect(await get().releases.byId("rel_nobody")).toBeNull();
    expect(await get().releases.byId("\u0000")).toBeNull();
    expect(await get().releases.byDigest(endpoint, release.digest)).toEqual(release);
    expect(await get().releases.byDigest(endpoint, "nobody's")).toBeNull();
    expect(await get().releases.byDigest(uniqueName("bot"), release.digest)).toBeNull();
  });

  test("lists the newest first, as many as asked for", async () => {
    const endpoint = uniqueName("bot");
    for (const digest of ["a", "b", "c"]) await get().releases.freeze(releaseOf(endpoint, digest));
    const listed = await get().releases.list(endpoint, 2);
    expect(listed.map(({ number }) => number)).toEqual([3, 2]);
    expect(await get().releases.list(uniqueName("bot"), 10)).toEqual([]);
  });

  test("gives content back as it was frozen", async () => {
    const endpoint = uniqueName("bot");
    const json = fc.jsonValue({ maxDepth: 3, stringUnit: "binary" });
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const parameters = JSON.parse(JSON.stringify({ value })) as JsonObject;
        const { release } = await get().releases.freeze(releaseOf(endpoint, uniqueName("digest"), parameters));
        expect((await get().releases.byId(release.id))?.content.parameters).toEqual(parameters);
      }),
      { numRuns: 30 },
    );
  });
}
