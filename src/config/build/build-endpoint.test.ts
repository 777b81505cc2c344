import { describe, expect, test } from "vitest";
import { loadProject } from "../load.ts";

/** The window of an endpoint that says this. */
function windowOf(said: string) {
  const text = `providers:
  openai:
    kind: openai-compatible
    base_url: https://api.example.com/v1
    models: { gpt-x-2026-05-01: { price: { input: 1, output: 2 } } }
endpoints:
  bot:
    models: [openai/gpt-x-2026-05-01]
    ${said}
`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.project.endpoints.get("bot")?.plan.window;
}

describe("the window of an endpoint", () => {
  test("leaves a call all its time, so that a good answer is never late", () => {
    expect(windowOf("rollout: { strategy: canary }")).toEqual({ turns: 1, withinMs: 610_000 });
    expect(windowOf("timeouts: { total: 30m }")).toEqual({ turns: 1, withinMs: 1_810_000 });
    expect(windowOf("rollout: { window: { turns: 3 } }")).toEqual({ turns: 3, withinMs: 610_000 });
    expect(windowOf("timeouts: { total: 30s }")).toEqual({ turns: 1, withinMs: 120_000 });
  });

  test("is what the plan says, also where that is shorter", () => {
    expect(windowOf("rollout: { window: { within: 20s } }")).toEqual({ turns: 1, withinMs: 20_000 });
  });
});
