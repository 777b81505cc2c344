import { describe, expect, test } from "vitest";
import type { PipelineReport } from "../../src/domain/pipeline/pipeline.ts";
import { T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const reportOf = (release: string, rest: Partial<PipelineReport> = {}): PipelineReport => ({
  release,
  environment: "staging",
  stage: "integrate",
  state: "running",
  at: T0,
  by: "CI",
  note: null,
  url: null,
  ...rest,
});

/** What every store of reports of the pipeline must do. */
export function pipelineStoreContract(get: GetStores): void {
  describe("as a store of the pipeline", () => {
    test("answers the newest report of each stage of a release in an environment, in any text", async () => {
      const release = uniqueName("rel");
      const { pipelines } = get();
      expect(await pipelines.newest(release, "staging")).toEqual([]);
      await pipelines.note(reportOf(release));
      await pipelines.note(reportOf(release, { stage: "evaluate", state: "failed" }));
      // Earlier by the clock of whoever reports, later by its order: the order counts.
      const passed = { state: "passed", at: T0 - 1, note: "ü 🔑", url: "https://ci.example/1?a=b" } as const;
      await pipelines.note(reportOf(release, passed));
      const newest = await pipelines.newest(release, "staging");
      expect(newest.toSorted((a, b) => a.stage.localeCompare(b.stage))).toEqual([
        reportOf(release, { stage: "evaluate", state: "failed" }),
        reportOf(release, passed),
      ]);
    });

    test("tells environments and releases apart", async () => {
      const [one, other] = [uniqueName("rel"), uniqueName("rel")];
      const { pipelines } = get();
      await pipelines.note(reportOf(one));
      await pipelines.note(reportOf(one, { environment: "production", state: "failed" }));
      expect(await pipelines.newest(one, "production")).toMatchObject([{ state: "failed" }]);
      expect(await pipelines.newest(one, "staging")).toMatchObject([{ state: "running" }]);
      expect(await pipelines.newest(other, "staging")).toEqual([]);
    });
  });
}
