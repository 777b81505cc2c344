import { describe, expect, it } from "vitest";
import { formatMistakes } from "./explain.ts";
import { loadProject } from "./load.ts";

const PROJECT = `providers:
  openai:
    kind: openai-compatible
    base_url: https://api.example.com/v1
    models: { gpt-x-2026-05-01: { price: { input: 1, output: 2 } } }
endpoints:
  bot:
    models: [openai/gpt-x-latest]
    "\\e[31mred": 1
`;

describe("mistakes in a terminal", () => {
  it("tell the place, what is wrong and what to do, and command nothing", () => {
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", PROJECT]]) });
    expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe(
      [
        'rollward.yaml:8:14  endpoints.bot.models[0]: "openai/gpt-x-latest" is not pinned; use one of openai/gpt-x-2026-05-01',
        "    write a model that means the same tomorrow, for example openai/gpt-x-2026-05-01",
        'rollward.yaml:9:5  endpoints.bot: "\\u001b[31mred" is not a key that is known here',
        "    known here: description, prompt, models, parameters, tools, record, retain_bodies, timeouts, retries, fallbacks, hedge, hold_back, cache, checks, context, prompt_cache, sessions, routing, rollout, notify, changes",
      ].join("\n"),
    );
  });

  it("are nothing when there are none", () => {
    expect(formatMistakes([])).toBe("");
  });
});
