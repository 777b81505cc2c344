import { expect, test } from "vitest";
import { retirementWarnings } from "./retirements.ts";

const MODEL = { provider: "gpt", model: "gpt-old-2024-01-01", day: "2026-12-31" };

test.each([
  ["2026-08-01", null],
  ["2026-09-03", "retires on 2026-12-31, in 119 days"],
  ["2026-12-30", "retires on 2026-12-31, in 1 day,"],
  ["2026-12-31", "has retired on 2026-12-31"],
  ["2027-03-01", "has retired on 2026-12-31"],
])("on %s a model that retires at the end of the year gives the warning %s", (today, words) => {
  const warnings = retirementWarnings([MODEL], Date.parse(today));
  expect(warnings).toHaveLength(words === null ? 0 : 1);
  expect(warnings[0] ?? "").toContain(words ?? "");
});
