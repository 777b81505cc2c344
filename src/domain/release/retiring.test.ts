import { expect, test } from "vitest";
import { DEFAULT_FAULT_POLICY } from "./fault-policy.ts";
import { retiringUses, retiringWords } from "./retiring.ts";

const MODEL = { provider: "gpt", model: "gpt-old-2024-01-01", day: "2026-12-31" };

const standing = (release: string, model: string, where: string | null = null) => ({
  release,
  where,
  content: {
    models: [{ provider: "gpt", model }],
    policies: {
      record: "facts",
      retainBodiesDays: 1,
      timeouts: { connectMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 },
    },
  } as const,
});

test.each([
  ["2026-08-01", null],
  ["2026-09-03", "retires on 2026-12-31, in 119 days"],
  ["2026-12-30", "retires on 2026-12-31, in 1 day,"],
  ["2026-12-31", "has retired on 2026-12-31"],
  ["2027-03-01", "has retired on 2026-12-31"],
])("on %s a model that retires at the end of the year gives the warning %s", (today, words) => {
  const uses = retiringUses([MODEL], [], Date.parse(today));
  expect(uses).toHaveLength(words === null ? 0 : 1);
  expect(uses.map(retiringWords)[0] ?? "").toContain(words ?? "");
});

test("the releases that may ask it are named with where they serve, its fallbacks included, and a long list is counted", () => {
  const now = Date.parse("2026-12-01");
  const fallback = {
    ...standing("faq@2", "other"),
    content: {
      ...standing("", "other").content,
      policies: {
        ...standing("", "").content.policies,
        faults: {
          ...DEFAULT_FAULT_POLICY,
          fallbacks: { ...DEFAULT_FAULT_POLICY.fallbacks, outage: [{ provider: "gpt", model: MODEL.model }] },
        },
      },
    },
  };
  const some = [standing("bot@7", MODEL.model, "stable in production"), standing("bot@8", "other"), fallback];
  expect(retiringUses([MODEL], some, now).map(retiringWords)).toEqual([
    "gpt/gpt-old-2024-01-01 retires on 2026-12-31, in 30 days, by the catalogue: used by bot@7 (stable in production), faq@2.",
  ]);
  const many = Array.from({ length: 8 }, (_, index) => standing(`bot@${index}`, MODEL.model));
  expect(retiringUses([MODEL], many, now).map(retiringWords)[0]).toContain("bot@4 and 3 more.");
});
