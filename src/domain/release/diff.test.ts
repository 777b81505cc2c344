import { describe, expect, it } from "vitest";
import { diffReleases, formatDiff } from "./diff.ts";
import { releaseDigest } from "./release-digest.ts";
import type { ReleaseContent, Tool } from "./release.ts";

const TOOL: Tool = { name: "lookup", description: "Finds.", parameters: { type: "object" }, strict: null };

const BEFORE: ReleaseContent = {
  format: "rollward.release/1",
  endpoint: "bot",
  prompt: {
    name: "bot",
    messages: [{ role: "system", template: "Be brief.\nBe kind.\nBe right." }],
    variables: { customer: { required: true, default: null, description: "" } },
  },
  models: [{ provider: "sim", model: "steady-1" }],
  parameters: { temperature: 0.2, seed: null },
  tools: [TOOL, { ...TOOL, name: "other" }],
  policies: {
    record: "exact",
    retainBodiesDays: 14,
    timeouts: { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
  },
};

const prompt = (template: string): ReleaseContent["prompt"] => ({
  name: "bot",
  messages: [{ role: "system", template }],
  variables: BEFORE.prompt?.variables ?? {},
});

const paths = (after: ReleaseContent): readonly string[] => diffReleases(BEFORE, after).map(({ path }) => path);

describe("the difference between two releases", () => {
  it("is nothing, in no words, between equal ones", () => {
    expect(diffReleases(BEFORE, structuredClone(BEFORE))).toEqual([]);
    expect(formatDiff([])).toBe("");
  });

  it("names what changed, part by part", () => {
    const after: ReleaseContent = {
      ...BEFORE,
      models: [
        { provider: "sim", model: "swift-1" },
        { provider: "sim", model: "steady-1" },
      ],
      parameters: { temperature: 0.3 },
      tools: [{ ...TOOL, description: "Looks up." }],
      policies: { ...BEFORE.policies, record: "facts", timeouts: { ...BEFORE.policies.timeouts, idleMs: 1 } },
    };
    expect(paths(after)).toEqual([
      "models[0]",
      "models[1]",
      "parameters.seed",
      "parameters.temperature",
      "tools.lookup.description",
      "tools.other",
      "policies.record",
      "policies.timeouts.idleMs",
    ]);
  });

  it("never overlooks what changes the digest", () => {
    const edits: readonly ReleaseContent[] = [
      { ...BEFORE, prompt: null },
      { ...BEFORE, prompt: prompt("Be brief.") },
      { ...BEFORE, prompt: { name: "other", messages: BEFORE.prompt?.messages ?? [], variables: {} } },
      { ...BEFORE, models: [] },
      { ...BEFORE, parameters: { ...BEFORE.parameters, seed: 1 } },
      { ...BEFORE, parameters: { temperature: 0.2 } },
      { ...BEFORE, tools: BEFORE.tools.toReversed() },
      { ...BEFORE, tools: [TOOL] },
      { ...BEFORE, policies: { ...BEFORE.policies, retainBodiesDays: 1 } },
    ];
    for (const after of edits) {
      expect(releaseDigest(after)).not.toBe(releaseDigest(BEFORE));
      expect(diffReleases(BEFORE, after), JSON.stringify(after)).not.toEqual([]);
    }
  });

  it("shows a prompt line by line with a few lines around", () => {
    const text = formatDiff(diffReleases(BEFORE, { ...BEFORE, prompt: prompt("Be brief.\nBe friendly.\nBe right.") }));
    expect(text).toBe(
      ["prompt:", "    [system]", "    Be brief.", "  - Be kind.", "  + Be friendly.", "    Be right."].join("\n"),
    );
  });

  it("marks what was added, removed and changed", () => {
    const { temperature: _, ...rest } = BEFORE.parameters;
    const text = formatDiff(
      diffReleases(BEFORE, {
        ...BEFORE,
        models: [{ provider: "sim", model: "swift-1" }],
        parameters: { ...rest, top_p: 1 },
      }),
    );
    expect(text.split("\n")).toEqual([
      '~ models[0]: "sim/steady-1" → "sim/swift-1"',
      "- parameters.temperature: 0.2",
      "+ parameters.top_p: 1",
    ]);
  });

  it("shows the whole of a first release", () => {
    const changes = diffReleases(null, BEFORE);
    expect(changes.every((change) => change.kind === "text" || change.before === null)).toBe(true);
    expect(new Set(changes.map(({ part }) => part))).toEqual(
      new Set(["prompt", "models", "parameters", "tools", "policies"]),
    );
    expect(formatDiff(changes)).toContain("+ Be kind.");
  });

  it("shows a text that would command a terminal in plain characters", () => {
    const text = formatDiff(diffReleases(BEFORE, { ...BEFORE, prompt: prompt("\u001b[2Jgone\u202e") }));
    expect(text).toContain("\\u001b[2Jgone\\u202e");
    expect(text).not.toContain("\u001b");
  });

  it("breaks what is long into lines, and shows of what is long on both sides what differs", () => {
    const policy = { attempts: 3, on: ["server_error", "timeout"], wait: { first: "200ms", longest: "20s" } };
    const value = { kind: "value", part: "policies", path: "retries" } as const;
    expect(formatDiff([{ ...value, before: null, after: policy }])).toBe(
      [
        "+ retries:",
        "    attempts: 3",
        '    on: ["server_error","timeout"]',
        '    wait: {"first":"200ms","longest":"20s"}',
      ].join("\n"),
    );
    expect(formatDiff([{ ...value, before: policy, after: { ...policy, attempts: 4 } }])).toBe(
      [
        "~ retries:",
        "  - attempts: 3",
        "  + attempts: 4",
        '    on: ["server_error","timeout"]',
        '    wait: {"first":"200ms","longest":"20s"}',
      ].join("\n"),
    );
    const gates = ["one", "two"].map((name) => ({
      name,
      kind: "http",
      url: `https://gates.example.com/${name}/asked`,
    }));
    expect(formatDiff([{ ...value, before: gates, after: null }]).split("\n")).toEqual([
      "- retries:",
      '    - {"kind":"http","name":"one","url":"https://gates.example.com/one/asked"}',
      '    - {"kind":"http","name":"two","url":"https://gates.example.com/two/asked"}',
    ]);
    expect(formatDiff([{ ...value, before: null, after: { short: true } }])).toBe('+ retries: {"short":true}');
  });
});
