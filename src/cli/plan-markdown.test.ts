import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import { planMarkdown } from "./plan-markdown.ts";

type Answer = z.output<typeof applyAnswer>;

const endpoint = (overrides: Partial<Answer["endpoints"][number]> = {}): Answer["endpoints"][number] => ({
  endpoint: "bot",
  release: null,
  outcome: "rollout",
  rollout: null,
  waits_until: null,
  diff: "~ parameters.temperature: 0.2 → 0.3",
  outlook: [],
  ...overrides,
});

const answer = (overrides: Partial<Answer> = {}): Answer => ({
  applied: false,
  environment: "staging",
  endpoints: [endpoint()],
  mistakes: [],
  missing: [],
  ...overrides,
});

describe("the plan as Markdown", () => {
  test("begins with a line by which a CI finds its own comment again, one for each environment", () => {
    expect(planMarkdown(answer())).toMatch(/^<!-- rollward-plan staging -->\n### Rollward plan for `staging`\n/);
  });

  test("tells the price of a thousand calls and what it rests on", () => {
    const price = { calls: 12, days: 7, before: 0.5, after: 12 };
    const details = {
      from: "bot@7",
      strategy: "canary",
      steps: ["5 %", "100 %"],
      conversations: "same" as const,
      reasons: [],
      price,
    };
    expect(planMarkdown(answer({ endpoints: [endpoint({ details })] }))).toContain(
      "| `bot` | goes out by rollout (canary: 5 % → 100 %) | $0.5000 → $12.00, by 12 calls of 7 days |",
    );
  });

  test("is shorter than a comment may be, whatever changes, and says what it leaves out", () => {
    const long = Array.from({ length: 3_000 }, (_, index) => `+ line ${index} ${"x".repeat(60)}`).join("\n");
    const endpoints = Array.from({ length: 8 }, (_, index) => endpoint({ endpoint: `bot-${index}`, diff: long }));
    const text = planMarkdown(answer({ endpoints }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("… and 2600 lines");
    expect(text).toMatch(/\d parts of the plan too long to show here; `rollward diff` shows all\.\n$/);
  });

  test("lets no text of others out of its place", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "~", "\n", "a", " ", "<", "#", "-") }), (diff) => {
        const text = planMarkdown(answer({ endpoints: [endpoint({ diff: `+${diff}` })] }));
        const fence = /^(`{3,})diff$/m.exec(text)?.[1] ?? "";
        const inner = text.split(`${fence}diff\n`)[1] ?? "";
        // The first line that could close the fence is its own last one.
        expect(
          inner.split("\n").findIndex((line) => /^ {0,3}`{3,}\s*$/.test(line) && line.trim().length >= fence.length),
        ).toBe(inner.split("\n").indexOf(fence));
      }),
    );
    const warnings = ["<img src=x> [link](https://evil.example) @team `code` | cell"];
    expect(planMarkdown(answer({ warnings }))).toContain(
      "- &lt;img src=x\\> \\[link\\]\\(https://evil.example\\) @\u200bteam \\`code\\` \\| cell",
    );
  });
});
