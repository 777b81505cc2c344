import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadProject } from "../../src/config/load.ts";
import type { LoadResult } from "../../src/config/project.ts";
import { releaseDigest } from "../../src/domain/release/release-digest.ts";

const golden = (path: string): string =>
  readFileSync(new URL(`../golden/config/good-full/${path}`, import.meta.url), "utf8");

const MAIN = golden("rollward.yaml");
const PROMPT = golden("prompts/p.md");
const TOOL = golden("tools/t.yaml");

interface Texts {
  readonly main?: string;
  readonly prompt?: string;
  readonly tool?: string;
}

const load = ({ main = MAIN, prompt = PROMPT, tool = TOOL }: Texts): LoadResult =>
  loadProject({
    main: "rollward.yaml",
    files: new Map([
      ["rollward.yaml", main],
      ["prompts/p.md", prompt],
      ["tools/t.yaml", tool],
    ]),
  });

/** Every answer is a project or a list of mistakes that stand in their files. */
function expectAnswer(result: LoadResult): void {
  if (result.ok) return;
  expect(result.mistakes.length).toBeGreaterThan(0);
  for (const { line, column, message, fix } of result.mistakes) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message.length).toBeGreaterThan(0);
    expect(fix.length).toBeGreaterThan(0);
    expect(`${message}${fix}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
}

const TOKENS = [
  ..."{}[],:#&*!|>'\"%@`-?~\t\n \r".split(""),
  "- ",
  ": ",
  "? ",
  "&a ",
  "*a",
  "!t ",
  "<<: ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "\n  ",
  "\n    ",
  "|\n",
  ">-\n",
  "null",
  "true",
  "1e999",
  "0x1F",
  "__proto__: ",
  "constructor: ",
  "prototype: ",
  "providers:",
  "endpoints:",
  "models:",
  "kind: simulated",
  "price:",
  "rollout:",
  "steps: [",
  "5%",
  "\u0000",
  "\ud800",
  "\ufeff",
  "é",
  "😀",
  "{{",
  "}}",
  "{{#a}}",
  "{{>x}}",
  "[user]\n",
];

const yamlish = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(""));

/** An edit of a good text: a piece is taken out, put in, doubled or moved. */
const edit = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 40 }),
  put: fc.oneof(fc.constant(""), fc.constantFrom(...TOKENS), yamlish, fc.string()),
});

const edited = (text: string, edits: readonly { at: number; length: number; put: string }[]): string =>
  edits.reduce((now, { at, length, put }) => {
    const place = at % (now.length + 1);
    return now.slice(0, place) + put + now.slice(place + length);
  }, text);

const edits = fc.array(edit, { minLength: 1, maxLength: 4 });

describe("loading a project", () => {
  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string(), fc.string({ unit: "binary" })), (text) => {
        for (const texts of [{ main: text }, { prompt: text }, { prompt: `---\n${text}\n---\n` }, { tool: text }]) {
          expectAnswer(load(texts));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never throws, whatever is done to a good project", () => {
    fc.assert(
      fc.property(edits, fc.constantFrom("main", "prompt", "tool"), (list, file) => {
        const text = edited({ main: MAIN, prompt: PROMPT, tool: TOOL }[file], list);
        expectAnswer(load({ [file]: text }));
      }),
      { numRuns: 600 },
    );
  });

  it("leaves the prototypes of objects alone", () => {
    const polluted = MAIN.replace("temperature: 0.2", "__proto__: { polluted: true }");
    expectAnswer(load({ main: polluted }));
    expect("polluted" in {}).toBe(false);
  });

  it("tells nothing of a secret that was written into the file", () => {
    const secret = "sk-live-4f9a8b7c6d5e4f3a2b1c";
    for (const line of ["key", "api_key", "token", "key_env", "base_url", "kind", "headers", "surprise"]) {
      for (const value of [secret, `"${secret}"`, `"${secret}`, `{ x: ${secret} }`, `[${secret}`, `Bearer ${secret}`]) {
        const main = MAIN.replace("    key_env: OPENAI_API_KEY\n", `    ${line}: ${value}\n`);
        const result = load({ main });
        expect(result.ok, line).toBe(false);
        expect(JSON.stringify(result), `${line}: ${value}`).not.toContain("4f9a8b7c");
      }
    }
  });
});

describe("the digest of a loaded release", () => {
  const digest = (texts: Texts): string => {
    const result = load(texts);
    if (!result.ok) throw new Error(result.mistakes.map(({ message }) => message).join("\n"));
    const endpoint = result.project.endpoints.get("support-bot");
    if (endpoint === undefined) throw new Error("There is no support-bot.");
    return releaseDigest(endpoint.content);
  };
  const before = digest({});

  const swap = (from: string, to: string): string => {
    expect(MAIN).toContain(from);
    return MAIN.replace(from, to);
  };

  it.each([
    [
      "an order of keys",
      "{ connect: 2s, first_token: 10s, idle: 15s, total: 1m }",
      "{ total: 1m, idle: 15s, first_token: 10s, connect: 2s }",
    ],
    ["another spelling of a duration", "total: 1m", "total: 60s"],
    ["another spelling of a number", "temperature: 0.2", "temperature: 2.0e-1"],
    ["a comment", "record: exact", "record: exact # kept"],
    ["a default written out", "    record: exact\n", ""],
    ["another style of list", "tools: [tools/t.yaml]", "tools:\n      - ./tools/t.yaml"],
    ["a description", "Answers customers.", "Answers everybody."],
    ["the policy of the rollout", "mode: hold", "mode: enforce"],
    ["a price", "input: 2.50", "input: 2.75"],
    ["another endpoint", "record: facts", "record: exact"],
  ])("stays the same with %s", (_, from, to) => {
    expect(digest({ main: swap(from, to) })).toBe(before);
  });

  it.each([
    ["a model", "models: [openai/gpt-x-2026-05-01, claude/claude-z-20260601,", "models: [claude/claude-z-20260601,"],
    ["a parameter", "temperature: 0.2", "temperature: 0.3"],
    ["a parameter inside", "type: json_object", "type: text"],
    ["a policy", "retain_bodies: 30d", "retain_bodies: 31d"],
    ["a timeout", "idle: 15s", "idle: 16s"],
    ["the tools", "    tools: [tools/t.yaml]\n", ""],
    ["the prompt", "    prompt: prompts/p.md\n", ""],
  ])("changes with %s", (_, from, to) => {
    expect(digest({ main: swap(from, to) })).not.toBe(before);
  });

  it("follows the words of prompt and tool, and nothing else about their files", () => {
    expect(digest({ prompt: `\ufeff${PROMPT.replaceAll("\n", "\r\n")}` })).toBe(before);
    expect(digest({ prompt: PROMPT.replace("Hello.", "Hello!") })).not.toBe(before);
    expect(digest({ prompt: PROMPT.replace("default: friendly", "default: kind") })).not.toBe(before);
    expect(digest({ tool: TOOL.replace("Finds an order.", "Looks an order up.") })).not.toBe(before);
    expect(digest({ tool: `# a comment\n${TOOL}` })).toBe(before);
  });

  it("does not change from one loading to the next", () => {
    expect(digest({})).toBe(before);
  });
});
