import { describe, expect, test } from "vitest";
import { T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

/** What every store of applied projects must do. */
export function projectStoreContract(get: GetStores): void {
  describe("as a project store", () => {
    test("remembers what was applied last, byte by byte", async () => {
      const first = { environment: "production", files: { "": "rollward.yaml" }, appliedAt: T0, author: "Ada" };
      await get().projects.save(first);
      expect(await get().projects.latest()).toEqual(first);
      // Earlier by the clock, later by its order: the order counts.
      const files = { "": "rollward.yaml", "rollward.yaml": "a: 1\r\n\t# ü 🔑 \u0000", "prompts/ü.md": "" };
      const second = { environment: "staging", files, appliedAt: T0 - 1, author: "Grace" };
      await get().projects.save(second);
      expect(await get().projects.latest()).toEqual(second);
    });

    test("remembers where the files came from", async () => {
      const nothing = { isDirty: false, branch: null, author: null, pullRequest: null, repository: null };
      const origin = { ...nothing, commit: "1f2e3d", dataSet: null, evalRun: "run 7" };
      const project = { environment: "origins", files: {}, appliedAt: T0, author: "Ada", origin, isOwn: false };
      await get().projects.save(project);
      expect(await get().projects.latest("origins")).toEqual(project);
    });

    test("tells environments apart, and the server's own from the others", async () => {
      const { projects } = get();
      const own = { environment: "production", files: { "": "a" }, appliedAt: T0, author: "Ada" };
      const other = { ...own, environment: "development", files: { "": "b" }, isOwn: false };
      await projects.save(own);
      await projects.save(other);
      expect(await projects.latest()).toEqual(own);
      expect(await projects.latest("development")).toEqual(other);
      expect(await projects.latest("nowhere")).toBeNull();
      const newer = { ...other, files: { "": "c" } };
      await projects.save(newer);
      const all = await projects.all();
      expect(all.filter(({ environment }) => ["production", "development"].includes(environment))).toEqual([
        own,
        newer,
      ]);
    });

    test("tells what was applied since a time, newest first, and what was in force before", async () => {
      const { projects } = get();
      const environment = "history";
      const at = async (appliedAt: number): Promise<void> =>
        projects.save({ environment, files: { "": `${appliedAt}` }, appliedAt, author: "Ada", isOwn: false });
      for (const appliedAt of [T0, T0 + 10, T0 + 20, T0 + 30]) await at(appliedAt);
      const told = async (since: number, limit = 50): Promise<readonly number[]> =>
        (await projects.history(environment, since, limit)).map(({ appliedAt }) => appliedAt - T0);
      expect(await told(T0 + 20)).toEqual([30, 20, 10]);
      expect(await told(T0)).toEqual([30, 20, 10, 0]);
      expect(await told(T0 + 99)).toEqual([30]);
      expect(await told(T0, 2)).toEqual([30, 20]);
      expect(await projects.history("nowhere", T0, 50)).toEqual([]);
    });
  });
}
