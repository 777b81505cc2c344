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

  test("says which release is held back, why, and how to go on, and nothing of others is read as Markdown there", () => {
    const held = {
      endpoint: "bot",
      release: "bot@3",
      rollout: "rol_1",
      how: "rolled_back" as const,
      at: "2026-11-22T00:40:45.000Z",
      by: "Ada",
      why: "@everyone",
      sentence: 'bot@3 was rolled back at 2026-11-22 00:40:45 UTC by Ada ("<b>@everyone").',
    };
    const endpoints = [endpoint({ release: "bot@3", outcome: "held_back" })];
    const text = planMarkdown(answer({ endpoints, held_back: [held] }), (name) => `rollward apply --again ${name}`);
    expect(text).toContain("| `bot` | held back: it was rolled back or aborted |  |");
    expect(text).toContain("**Held back.** bot@\u200b3 was rolled back at 2026-11-22 00:40:45 UTC by Ada");
    expect(text).toContain("&lt;b\\>@\u200beveryone");
    expect(text).toContain("`rollward apply --again bot` begins its rollout again");
    expect(text).not.toContain("temperature");
  });

  test("says which rollout ends where the stable release is applied again", () => {
    const ended = [{ rollout: "rol_1", release: "bot@2" }];
    const text = planMarkdown(answer({ endpoints: [endpoint({ release: "bot@1", outcome: "back", ended })] }));
    expect(text).toContain("| `bot` | back to the stable release; the rollout under way ends |  |");
    expect(text).toContain("The rollout of `bot@2` ends.");
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
