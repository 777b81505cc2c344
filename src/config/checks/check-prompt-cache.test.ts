import { expect, test } from "vitest";
import { loadProject } from "../load.ts";
import { stabilityWarnings } from "../stability-warnings.ts";

const RULES = "Never promise a refund. ".repeat(60);

const load = (policy: string, { price = "", template = `${RULES}{{now}}` } = {}) =>
  loadProject({
    main: "rollward.yaml",
    files: new Map([
      [
        "rollward.yaml",
        `environment: production
providers:
  claude:
    kind: anthropic
    models:
      claude-x-2026-01-01:
        price: { input: 3, cached_input: 0.3, cache_write: 3.75, ${price} output: 15 }
  pair:
    kind: pool
    members: { claude: 1 }
endpoints:
  bot:
    prompt: help.md
    models: [pair/claude-x-2026-01-01]
    prompt_cache: ${policy}
`,
      ],
      ["help.md", `---\nvariables:\n  now: { default: "" }\n---\n\n[system]\n${template}`],
    ]),
  });

const mistakesOf = (...terms: Parameters<typeof load>): readonly string[] => {
  const loaded = load(...terms);
  return loaded.ok ? [] : loaded.mistakes.map(({ line, message, fix }) => `${line}: ${message} → ${fix}`);
};

const policyOf = (policy: string): unknown => {
  const loaded = load(policy);
  return loaded.ok ? loaded.project.endpoints.get("bot")?.content.policies.promptCache : loaded.mistakes;
};

test("`auto` and terms of one's own are policies, `off` is none", () => {
  expect(policyOf("auto")).toEqual({ ttl: "5m", expectedReads: null, affinity: true });
  expect(policyOf("{ expected_reads: 2.5, affinity: false }")).toEqual({
    ttl: "5m",
    expectedReads: 2.5,
    affinity: false,
  });
  expect(policyOf("off")).toBeUndefined();
});

test("an hour that no model sells is a mistake, also behind a pool", () => {
  expect(mistakesOf("{ ttl: 1h }")).toEqual([
    expect.stringMatching(
      /^15: .*no model of this endpoint has a price for what is kept for an hour.* → add `cache_write_1h`/,
    ) as string,
  ]);
  expect(mistakesOf("{ ttl: 1h }", { price: "cache_write_1h: 6," })).toEqual([]);
});

test.each(["yes", "{ ttl: 2h }", "{ expected_reads: -1 }", "{ affinity: maybe }", "{ reads: 2 }"])(
  "%s is refused with what may stand there",
  (policy) => {
    const mistakes = mistakesOf(policy);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(/prompt_cache.* → \S/);
  },
);

test("a prompt that cannot be kept is warned of where prompt caches are used", () => {
  const warnings = (policy: string, template: string): readonly string[] => {
    const loaded = load(policy, { template });
    return loaded.ok ? stabilityWarnings(loaded.project.endpoints.values()) : [];
  };
  expect(warnings("auto", `It is {{now}}. ${RULES}`)).toEqual([
    expect.stringContaining("byte 6 of the prompt varies ({{now}})") as string,
  ]);
  expect(warnings("off", `It is {{now}}. ${RULES}`)).toEqual([]);
  expect(warnings("auto", `${RULES} It is {{now}}.`)).toEqual([]);
});
