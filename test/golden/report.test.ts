import { describe, expect, test } from "vitest";
import { reportHtml, reportMarkdown } from "../../src/domain/reports/write-report.ts";
import { weekReport } from "../fixtures/report-samples.ts";

describe("a report of a week", () => {
  test("reads in Markdown as it did", async () => {
    await expect(reportMarkdown(weekReport())).toMatchFileSnapshot("report/week.md");
  });

  test("reads as a page as it did, fetches nothing, runs nothing, and takes text for text", async () => {
    const html = reportHtml(weekReport());
    await expect(html).toMatchFileSnapshot("report/week.html");
    expect(html).not.toMatch(/<script|src=|href=|<b>/);
  });

  test("says where there is no data, and never 0 for it", () => {
    const empty = reportMarkdown(weekReport({ cells: { now: [], before: [] }, rollouts: [], incidents: [], budgets: [] }));
    expect(empty).toContain("no calls, 0 promoted and 0 rolled back or given up");
    expect(empty).toContain("| Cost | no data | no data | – |");
    for (const sentence of ["Nobody called.", "No rollout ended.", "No incident began.", "No budget was used."]) {
      expect(empty).toContain(sentence);
    }
  });

  test("says that it is not over yet", () => {
    expect(reportMarkdown(weekReport({ at: Date.UTC(2026, 10, 20) }))).toContain("2026-11-16 to 2026-11-22, not over yet.");
  });
});
